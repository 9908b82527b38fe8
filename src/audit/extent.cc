#include "audit/extent.h"

#include "audit/batch.h"
#include "audit/segment.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

// The extent if this is the last segment with leaves; of size 0 if it has none.
Result<Extent> measure_segment(std::filesystem::path const& path, std::uint64_t number) {
    SALUS_TRY(auto const file_bytes, segment_file_size(path));
    if (file_bytes < kSmallestSegmentBytes || file_bytes > limits::kAuditSegmentBytes) {
        return fail(Errc::corrupt, "a segment does not have the size that it was made with");
    }
    SALUS_TRY(auto const bytes, read_piece(path, 0, static_cast<std::size_t>(file_bytes)));
    Extent extent{.segments = number, .segment_bytes = file_bytes};
    // A spare segment, or one whose first batch is still to come.
    Place at{number, kSegmentHeaderBytes};
    for (auto batch = read_batch(bytes, at); batch; batch = read_batch(bytes, at)) {
        at.offset = batch->end;
        extent.end = batch->end;
        extent.size = batch->commit.tree_size;
        extent.root = batch->commit.root;
    }
    return extent;
}

}  // namespace

Result<Extent> measure_log(std::filesystem::path const& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        return fail(Errc::not_found, "there is no audit log");
    }
    SALUS_TRY(auto const run, find_segments(directory));
    for (auto number = run.last; number >= run.first; --number) {
        SALUS_TRY(auto extent, measure_segment(directory / segment_name(number), number));
        extent.first_segment = run.first;
        if (extent.size != 0) return extent;
    }
    return Extent{};
}

}  // namespace salus::audit
