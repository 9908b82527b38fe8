// Where segments are written: the disk, or in tests a disk with faults. Every error is final: a
// write or a sync that failed is never tried again (a failed fsync may have dropped the pages).
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::audit {

// An open segment; belongs to one thread.
class SegmentFile {
public:
    virtual ~SegmentFile() = default;
    [[nodiscard]] virtual Result<void> write(std::uint64_t offset, BytesView bytes) = 0;
    // Everything written is on stable storage (fdatasync).
    [[nodiscard]] virtual Result<void> sync() = 0;
    // The path still names this file: somebody who removes or replaces a live log must not leave
    // the process writing to a file that nobody will ever read.
    [[nodiscard]] virtual Result<void> check_live() = 0;
};

// Thread safety: calls from any thread.
class Volume {
public:
    virtual ~Volume() = default;
    // Makes a file of this many zeros, durably, under a name that must be free.
    [[nodiscard]] virtual Result<void> create(std::filesystem::path const& path,
                                              std::uint64_t bytes) = 0;
    // For writing alone.
    [[nodiscard]] virtual Result<std::unique_ptr<SegmentFile>> open(
        std::filesystem::path const& path) = 0;
};

class DiskVolume final : public Volume {
public:
    [[nodiscard]] Result<void> create(std::filesystem::path const& path,
                                      std::uint64_t bytes) override;
    [[nodiscard]] Result<std::unique_ptr<SegmentFile>> open(
        std::filesystem::path const& path) override;
};

}  // namespace salus::audit
