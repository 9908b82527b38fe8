// Bounds of what is known about the circumstances of a request, as limits.h.
#pragma once

#include <chrono>
#include <cstddef>

#include "foundation/limits.h"

namespace salus::limits {

inline constexpr std::size_t kRangeFileBytes = 64 * kMiB;  // one list of networks
inline constexpr std::size_t kRanges = 1'000'000;          // of one table, from all its lists
inline constexpr std::size_t kRangeLineBytes = 1'024;
inline constexpr int kReputationWorst = 100;
inline constexpr std::size_t kGeographyBytes = 256 * kMiB;  // kept in memory
inline constexpr std::size_t kTimeZoneBytes = 64 * kKiB;    // one TZif file
inline constexpr std::size_t kTimeZoneNameBytes = 64;

// Recent behaviour: the last hour in steps. A count says what happened in the last 55 to 60
// minutes.
inline constexpr std::size_t kRecentSteps = 12;
inline constexpr std::chrono::seconds kRecentStep = 300s;
// Callers that are remembered: sets times places; 75 MB when all are taken.
inline constexpr std::size_t kRecentSets = 4'096;
inline constexpr std::size_t kRecentPlaces = 16;
// Marks by which different patients of one caller are told apart.
inline constexpr std::size_t kRecentPatientMarks = 1'024;

static_assert(kRecentSteps * kRecentStep == 1h);
static_assert((kRecentSets & (kRecentSets - 1)) == 0, "a power of two");
static_assert((kRecentPatientMarks & (kRecentPatientMarks - 1)) == 0, "a power of two");

}  // namespace salus::limits
