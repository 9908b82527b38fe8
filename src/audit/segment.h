// Segment files: their names, their header and their listing (docs/formats/audit-log.md,
// "Segment"). A segment is written full of zeros and synced before it is used, so that a full disk
// shows when it is made and an append changes no metadata.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "audit/merkle.h"
#include "foundation/result.h"

namespace salus::audit {

inline constexpr std::size_t kSegmentHeaderBytes = 4096;
// What a disk writes whole or not at all. Batches begin at a multiple of it.
inline constexpr std::size_t kSectorBytes = 512;
inline constexpr std::size_t kSmallestSegmentBytes = std::size_t{16} * 1024;
inline constexpr std::size_t kOriginBytes = 254;

[[nodiscard]] constexpr std::uint64_t sector_end(std::uint64_t offset) noexcept {
    return (offset + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

struct SegmentHeader {
    std::uint64_t number = 1;           // 1, 2, 3 ...
    std::uint64_t segment_bytes = 0;    // of the whole file
    std::uint64_t previous_commit = 0;  // offset of the last commit frame of the segment before
    crypto::Sha256Digest previous{};    // SHA-256 of the header before; zeros in the first
    crypto::Sha256Digest head{};        // leaf hash of the last leaf before; zeros in the first
    CompactRange range;                 // of the tree before this segment's first leaf
    std::int64_t time = 0;              // t of the last leaf before, microseconds
    std::string origin;
};

[[nodiscard]] Bytes encode(SegmentHeader const& header);
// Errc::corrupt unless this is, byte for byte, what encode makes.
[[nodiscard]] Result<SegmentHeader> decode_header(BytesView bytes);

// "0000000001", the number in the names of a log's files.
[[nodiscard]] std::string file_number(std::uint64_t number);
// "0000000001.segment"
[[nodiscard]] std::string segment_name(std::uint64_t number);
// The numbers of a log's segments, without a gap: from 1 on, or from the first that a pruning left.
// What stands before that is no part of the log. Errc::corrupt when one is missing or a *.segment
// has a name that no segment can have.
struct SegmentRun {
    std::uint64_t first = 1;
    std::uint64_t last = 0;  // before the first: there is none

    [[nodiscard]] std::uint64_t count() const noexcept { return last + 1 - first; }
};
[[nodiscard]] Result<SegmentRun> find_segments(std::filesystem::path const& directory);
// The header of the first segment that is left. Errc::not_found: there is none, or it is a spare.
[[nodiscard]] Result<SegmentHeader> first_header(std::filesystem::path const& directory);

// Reads this many bytes at the offset; Errc::corrupt when the file ends before.
[[nodiscard]] Result<Bytes> read_piece(std::filesystem::path const& path, std::uint64_t offset,
                                       std::size_t size);
[[nodiscard]] Result<std::uint64_t> segment_file_size(std::filesystem::path const& path);
// The bytes of a file of this size up to its last ones that are not zero, and perhaps some zeros
// behind them; none: all of it is zero. Errors as read_piece.
[[nodiscard]] Result<Bytes> read_written(std::filesystem::path const& path, std::uint64_t size);
[[nodiscard]] bool is_zero(BytesView bytes) noexcept;

}  // namespace salus::audit
