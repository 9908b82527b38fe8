#include "audit/verifier.h"

#include <algorithm>
#include <deque>
#include <future>

#include "audit/batch.h"
#include "audit/pruned_prefix.h"
#include "audit/recovery.h"
#include "audit/segment.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

// Each is held in memory whole: one that is put behind those before it, one that is read ahead.
constexpr std::size_t kSegmentsAtOnce = 2;

// One segment, checked against what its own header says came before. The batches borrow the bytes.
struct CheckedSegment {
    Bytes bytes;
    bool spare = false;  // nothing but zeros
    std::optional<SegmentHeader> header;
    std::vector<Batch> batches;     // those that are whole
    Chain chain;                    // after them
    std::optional<Finding> damage;  // behind them
};

class SegmentCheck {
public:
    // `first`: nothing is before it, so that no intent is open where it begins.
    SegmentCheck(std::filesystem::path const& directory, std::uint64_t number, bool first,
                 Writer writer)
        : path_(directory / segment_name(number)),
          number_(number),
          first_(first),
          writer_(writer) {}

    Result<CheckedSegment> run() {
        SALUS_TRY(auto const size, segment_file_size(path_));
        if (size < kSmallestSegmentBytes || size > limits::kAuditSegmentBytes ||
            size % kSectorBytes != 0) {
            found("a segment does not have the size that it was made with", 0, 0);
            return std::move(segment_);
        }
        SALUS_TRY(segment_.bytes, read_piece(path_, 0, static_cast<std::size_t>(size)));
        segment_.spare = is_zero(segment_.bytes);
        if (!segment_.spare) read();
        return std::move(segment_);
    }

private:
    void found(Literal why, std::uint64_t offset, std::uint64_t index) {
        segment_.damage = Finding{why, segment_name(number_), offset, index};
    }

    void read() {
        auto header = decode_header(BytesView(segment_.bytes).first(kSegmentHeaderBytes));
        if (!header) return;
        segment_.header = *std::move(header);
        auto const& before = *segment_.header;
        segment_.chain = {before.origin, before.range, before.head, before.time, std::nullopt};
        if (first_) segment_.chain.open_intents.emplace();
        read_batches();
    }

    void read_batches() {
        Place at{number_, kSegmentHeaderBytes};
        while (true) {
            auto batch = read_batch(segment_.bytes, at);
            if (!batch) return read_end(at, batch.error());
            if (auto const accepted = accept(segment_.chain, *batch); !accepted) {
                auto const& flaw = accepted.error();
                return found(flaw.why, flaw.offset, flaw.index);
            }
            at.offset = batch->end;
            segment_.batches.push_back(*std::move(batch));
        }
    }

    void read_end(Place at, Flaw const& flaw) {
        auto const size = segment_.chain.range.size();
        auto const tail = judge_tail(segment_.bytes, at, size);
        if (tail == TailKind::clean) return;
        if (tail == TailKind::torn && writer_ == Writer::running) return;
        found(tail == TailKind::torn ? "a batch that was never finished" : flaw.why, flaw.offset,
              std::max(flaw.index, size));
    }

    std::filesystem::path path_;
    std::uint64_t number_;
    bool first_;
    Writer writer_;
    CheckedSegment segment_;
};

// Puts the segments together in their order: each header is a function of what came before it, so
// segments that were checked side by side are one log when every header is the expected one.
class Verification {
public:
    Verification(std::filesystem::path const& directory,
                 std::function<void(LeafView const&)> const& receive, Writer writer,
                 std::stop_token const& stop)
        : directory_(directory), receive_(receive), writer_(writer), stop_(stop) {}

    Result<VerificationReport> run() {
        auto const found_run = find_run();
        if (!found_run && found_run.error().code != Errc::corrupt) {
            return std::unexpected(found_run.error());
        }
        if (!found_run) report_.finding = Finding{found_run.error().why, {}, 0, 0};
        if (found_run) SALUS_TRY_VOID(read_segments());
        if (!report_.finding && !is_pruning_told_) {
            report_.finding = Finding{"no leaf records that the log's beginning was pruned",
                                      "pruned", 0, report_.first};
        }
        report_.size = chain_.range.size();
        report_.root = chain_.range.root();
        report_.origin = chain_.origin;
        if (chain_.open_intents) {
            for (auto const& intent : *chain_.open_intents) {
                report_.open_intents.push_back(intent.first);
            }
        }
        return std::move(report_);
    }

private:
    Result<void> find_run() {
        SALUS_TRY(pruning_, read_pruning(directory_));
        SALUS_TRY(run_, find_segments(directory_));
        report_.first = pruning_.prefix.first;
        is_pruning_told_ = pruning_.prefix.is_empty();
        return {};
    }

    Result<void> read_segments() {
        std::deque<std::future<Result<CheckedSegment>>> ahead;
        auto next = run_.first;
        for (number_ = run_.first; number_ <= run_.last && !report_.finding; ++number_) {
            if (stop_.stop_requested()) return fail(Errc::unavailable, "stopped");
            for (; next <= run_.last && ahead.size() < kSegmentsAtOnce; ++next) {
                ahead.push_back(std::async(std::launch::async, [this, number = next] {
                    return SegmentCheck(directory_, number, number == run_.first, writer_).run();
                }));
            }
            auto segment = ahead.front().get();
            ahead.pop_front();
            if (!segment) return std::unexpected(segment.error());
            take(*segment);
        }
        return {};
    }

    void found(Literal why, std::uint64_t offset = 0) {
        report_.finding = Finding{why, segment_name(number_), offset, chain_.range.size()};
    }

    void take(CheckedSegment& segment) {
        if (segment.bytes.empty() ||
            (segment_bytes_ != 0 && segment.bytes.size() != segment_bytes_)) {
            return found("a segment does not have the size that it was made with");
        }
        segment_bytes_ = segment.bytes.size();
        report_.bytes += segment_bytes_;
        if (segment.spare) {
            spare_seen_ = true;
            return;
        }
        if (spare_seen_) return found("a segment with contents behind an empty one");
        check_header(segment);
        if (!report_.finding && !segment.batches.empty()) take_batches(segment);
        if (!report_.finding) report_.finding = std::move(segment.damage);
    }

    // Any difference from what came before is a finding.
    void check_header(CheckedSegment const& segment) {
        if (!segment.header) return found("a segment header is not valid");
        if (number_ == run_.first) begin_log(*segment.header);
        SegmentHeader expected;
        expected.number = number_;
        expected.segment_bytes = segment_bytes_;
        expected.previous_commit = commit_offset_;
        expected.previous = header_hash_;
        expected.head = chain_.head;
        expected.range = chain_.range;
        expected.time = chain_.time;
        expected.origin = chain_.origin;
        auto const bytes = BytesView(segment.bytes).first(kSegmentHeaderBytes);
        if (!std::ranges::equal(encode(expected), bytes)) {
            return found("a segment does not continue the one before");
        }
        header_hash_ = crypto::sha256(bytes);
    }

    // Of what was pruned, the header of the first segment that is left says what the leaf of the
    // pruning must say too.
    void begin_log(SegmentHeader const& header) {
        chain_.origin = header.origin;
        auto const& prefix = pruning_.prefix;
        if (prefix.is_empty()) return;
        if (header.range.size() != prefix.first || header.range.root() != prefix.root) return;
        chain_.range = header.range;
        chain_.head = header.head;
        chain_.time = header.time;
        commit_offset_ = header.previous_commit;
        header_hash_ = header.previous;
    }

    void take_batches(CheckedSegment& segment) {
        auto const& first = segment.batches.front();
        if (first.open_intents != chain_.open_intents) {
            return found("wrong open intents", first.place.offset);
        }
        ++report_.segments;
        report_.batches += segment.batches.size();
        commit_offset_ = segment.batches.back().commit_offset;
        for (auto const& batch : segment.batches) hand_on(batch);
        chain_ = std::move(segment.chain);
    }

    void hand_on(Batch const& batch) {
        for (auto const& leaf : batch.leaves) {
            if (leaf.detail) ++report_.details;
            if (!is_pruning_told_ && leaf.index == pruning_.leaf) {
                is_pruning_told_ = tells_of(leaf.text, pruning_.prefix);
            }
            if (receive_) receive_({leaf.index, leaf.text, leaf.detail, leaf.hash});
        }
    }

    std::filesystem::path const& directory_;
    std::function<void(LeafView const&)> const& receive_;
    Writer writer_;
    std::stop_token const& stop_;
    VerificationReport report_;
    Pruning pruning_;
    SegmentRun run_;
    bool is_pruning_told_ = true;  // by the leaf that the file names
    Chain chain_;                  // up to the segments that were taken
    std::uint64_t number_ = 1;
    std::uint64_t segment_bytes_ = 0;
    std::uint64_t commit_offset_ = 0;
    crypto::Sha256Digest header_hash_{};
    bool spare_seen_ = false;
};

}  // namespace

Result<VerificationReport> verify_log(std::filesystem::path const& directory, Writer writer) {
    return read_leaves(directory, {}, writer);
}

Result<VerificationReport> read_leaves(std::filesystem::path const& directory,
                                       std::function<void(LeafView const&)> const& receive,
                                       Writer writer, std::stop_token const& stop) {
    return Verification(directory, receive, writer, stop).run();
}

}  // namespace salus::audit
