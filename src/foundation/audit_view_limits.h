// Bounds of the views of the audit log; see limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace salus::limits {

// Events in one report about a patient, each with its proof.
inline constexpr std::size_t kReportedEvents = 10'000;
// Leaves that one page of a search looks through when no patient says where to look, and that are
// in memory at a time.
inline constexpr std::uint64_t kAuditSearchLeaves = 65'536;
inline constexpr std::uint64_t kAuditSearchWindow = 4'096;

static_assert(kAuditSearchWindow <= kAuditSearchLeaves);

}  // namespace salus::limits
