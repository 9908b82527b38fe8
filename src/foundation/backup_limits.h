// The bounds of backups and of reading a database for one (docs/formats/backup.md), as limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/limits.h"

namespace salus::limits {

inline constexpr std::size_t kBackupBlockBytes = 64 * kKiB;
inline constexpr std::size_t kBackupManifestBytes = 32 * kMiB;
inline constexpr std::size_t kBackupFiles = 200'000;                  // of one manifest
inline constexpr std::uint64_t kBackupFileBytes = 1ULL << 44U;        // of one file: 16 TiB
inline constexpr std::size_t kBackupSmallFileBytes = 1 * kMiB;        // configuration, sealed keys
inline constexpr std::uint64_t kWalFrames = std::uint64_t{1} << 24U;  // of a snapshot: 128 GiB

static_assert(kAuditSegments < kBackupFiles);

}  // namespace salus::limits
