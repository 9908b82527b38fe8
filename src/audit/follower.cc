#include "audit/follower.h"

#include <algorithm>

#include "audit/pruned_prefix.h"
#include "audit/segment.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

// Of the segment that is read at once: for the leaves that are wanted, at about their usual size.
// Whoever follows closely reads little. A batch that is larger gets a window of its own.
constexpr std::uint64_t kLeafBytes = 1024;
constexpr std::uint64_t kWindowBytesLeast = std::uint64_t{64} * 1024;
constexpr std::uint64_t kWindowBytesMost = limits::kAuditBatchBytes;

std::uint64_t window_for(std::uint64_t leaves) {
    return std::clamp(std::min(leaves, kWindowBytesMost) * kLeafBytes, kWindowBytesLeast,
                      kWindowBytesMost);
}

std::unexpected<Error> pruned_away() {
    return fail(Errc::gone, "the leaf was removed when its retention had ended");
}

Result<SegmentHeader> read_header(std::filesystem::path const& directory, std::uint64_t number) {
    SALUS_TRY(auto const bytes,
              read_piece(directory / segment_name(number), 0, kSegmentHeaderBytes));
    if (is_zero(bytes)) return fail(Errc::not_found, "the segment is a spare one");
    return decode_header(bytes);
}

}  // namespace

Result<Follower> Follower::open(std::filesystem::path directory, std::uint64_t index) {
    Follower follower(std::move(directory));
    follower.next_ = index;
    if (index > 0) {
        SALUS_TRY_VOID(follower.find_segment(index));
        return follower;
    }
    SALUS_TRY(auto const pruning, read_pruning(follower.directory_));
    if (!pruning.prefix.is_empty()) return pruned_away();
    return follower;
}

// The last segment whose first leaf is not behind the index.
Result<void> Follower::find_segment(std::uint64_t index) {
    SALUS_TRY(auto const run, find_segments(directory_));
    auto low = run.first;
    auto high = run.last + 1;
    while (high - low > 1) {
        auto const middle = low + (high - low) / 2;
        auto const header = read_header(directory_, middle);
        if (!header && header.error().code != Errc::not_found) {
            return std::unexpected(header.error());
        }
        (header && header->range.size() <= index ? low : high) = middle;
    }
    SALUS_TRY_VOID(begin_segment(low));
    // Only the first segment that is left can begin behind the leaf.
    return chain_.range.size() <= index ? Result<void>() : pruned_away();
}

Result<void> Follower::begin_segment(std::uint64_t number) {
    SALUS_TRY(auto header, read_header(directory_, number));
    if (header.number != number) return fail(Errc::corrupt, "a segment has another's name");
    bool const is_first_read = at_.segment == 0;
    if (!is_first_read && (header.range != chain_.range || header.head != chain_.head ||
                           header.origin != chain_.origin)) {
        return fail(Errc::corrupt, "a segment does not continue the one before");
    }
    if (is_first_read) {
        chain_.range = header.range;
        chain_.head = header.head;
        chain_.time = header.time;
        chain_.origin = std::move(header.origin);
        chain_.open_intents.reset();
    }
    segment_bytes_ = header.segment_bytes;
    at_ = {number, kSegmentHeaderBytes};
    window_.clear();
    return {};
}

Result<void> Follower::load(std::uint64_t bytes) {
    window_begin_ = at_.offset;
    auto const size = std::min(bytes, segment_bytes_ - at_.offset);
    SALUS_TRY(window_, read_piece(directory_ / segment_name(at_.segment), window_begin_,
                                  static_cast<std::size_t>(size)));
    return {};
}

Result<Batch> Follower::next_batch(std::uint64_t wanted) {
    if (auto batch = read_batch(window_, at_, window_begin_)) return *std::move(batch);
    auto const absent = [] { return fail(Errc::not_found, "no batch begins here"); };
    if (at_.offset >= segment_bytes_) return absent();
    SALUS_TRY_VOID(load(window_for(wanted)));
    auto const begin = read_begin(window_, at_);
    if (!begin) return absent();
    if (begin->batch_bytes > window_.size()) SALUS_TRY_VOID(load(sector_end(begin->batch_bytes)));
    auto batch = read_batch(window_, at_, window_begin_);
    if (!batch) return fail(Errc::corrupt, batch.error().why);
    return *std::move(batch);
}

Result<void> Follower::advance(std::uint64_t size, Receive const& receive) {
    window_.clear();  // what was zero behind the last batch may be one now
    if (next_ < size && at_.segment == 0) SALUS_TRY_VOID(begin_segment(1));
    while (chain_.range.size() < size) {
        auto batch = next_batch(size - chain_.range.size());
        if (!batch && batch.error().code != Errc::not_found) return std::unexpected(batch.error());
        if (!batch) {
            auto const next = begin_segment(at_.segment + 1);
            if (next) continue;
            return fail(Errc::corrupt, "the log ends before what is durable");
        }
        if (auto const accepted = accept(chain_, *batch); !accepted) {
            return fail(Errc::corrupt, accepted.error().why);
        }
        at_.offset = batch->end;
        for (auto const& leaf : batch->leaves) {
            if (leaf.index < next_) continue;
            SALUS_TRY_VOID(receive({leaf.index, leaf.text, leaf.detail, leaf.hash}));
            next_ = leaf.index + 1;
        }
    }
    return {};
}

}  // namespace salus::audit
