#include "audit/verifier.h"

#include <algorithm>

#include "audit/batch.h"
#include "audit/recovery.h"
#include "audit/segment.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

class Verification {
public:
    Verification(std::filesystem::path const& directory,
                 std::function<void(LeafView const&)> const& receive, Writer writer)
        : directory_(directory), receive_(receive), writer_(writer) {}

    Result<VerificationReport> run() {
        auto const count = count_segments(directory_);
        if (!count && count.error().code != Errc::corrupt) return std::unexpected(count.error());
        if (!count) report_.finding = Finding{count.error().why, {}, 0, 0};
        for (number_ = 1; count && number_ <= *count && !report_.finding; ++number_) {
            SALUS_TRY_VOID(read_segment());
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
    void found(Literal why, std::uint64_t offset, std::uint64_t index) {
        report_.finding = Finding{why, segment_name(number_), offset, index};
    }
    void found(Literal why) { found(why, 0, chain_.range.size()); }

    Result<void> read_segment() {
        auto const path = directory_ / segment_name(number_);
        SALUS_TRY(auto const size, segment_file_size(path));
        if (size < kSmallestSegmentBytes || size > limits::kAuditSegmentBytes ||
            size % kSectorBytes != 0 || (segment_bytes_ != 0 && size != segment_bytes_)) {
            found("a segment does not have the size that it was made with");
            return {};
        }
        SALUS_TRY(auto const bytes, read_piece(path, 0, static_cast<std::size_t>(size)));
        segment_bytes_ = size;
        report_.bytes += size;
        if (is_zero(bytes)) {
            spare_seen_ = true;
            return {};
        }
        if (spare_seen_) {
            found("a segment with contents behind an empty one");
            return {};
        }
        check_header(BytesView(bytes).first(kSegmentHeaderBytes));
        if (!report_.finding) read_batches(bytes);
        return {};
    }

    // The header is a function of what came before it: any difference is a finding.
    void check_header(BytesView bytes) {
        auto const header = decode_header(bytes);
        if (!header) return found("a segment header is not valid");
        if (number_ == 1) chain_.origin = header->origin;
        SegmentHeader expected;
        expected.number = number_;
        expected.segment_bytes = segment_bytes_;
        expected.previous_commit = commit_offset_;
        expected.previous = header_hash_;
        expected.head = chain_.head;
        expected.range = chain_.range;
        expected.time = chain_.time;
        expected.origin = chain_.origin;
        if (!std::ranges::equal(encode(expected), bytes)) {
            return found("a segment does not continue the one before");
        }
        header_hash_ = crypto::sha256(bytes);
    }

    void read_batches(BytesView segment) {
        Place at{number_, kSegmentHeaderBytes};
        while (!report_.finding) {
            auto const batch = read_batch(segment, at);
            if (!batch) return read_end(segment, at, batch.error());
            if (auto const accepted = accept(chain_, *batch); !accepted) {
                auto const& flaw = accepted.error();
                return found(flaw.why, flaw.offset, flaw.index);
            }
            if (batch->open_intents && at.offset == kSegmentHeaderBytes) ++report_.segments;
            ++report_.batches;
            commit_offset_ = batch->commit_offset;
            at.offset = batch->end;
            hand_on(*batch);
        }
    }

    void read_end(BytesView segment, Place at, Flaw const& flaw) {
        auto const tail = judge_tail(segment, at, chain_.range.size());
        if (tail == TailKind::clean) return;
        if (tail == TailKind::torn && writer_ == Writer::running) return;
        found(tail == TailKind::torn ? "a batch that was never finished" : flaw.why, flaw.offset,
              std::max(flaw.index, chain_.range.size()));
    }

    void hand_on(Batch const& batch) {
        for (auto const& leaf : batch.leaves) {
            if (leaf.detail) ++report_.details;
            if (receive_) receive_({leaf.index, leaf.text, leaf.detail});
        }
    }

    std::filesystem::path const& directory_;
    std::function<void(LeafView const&)> const& receive_;
    Writer writer_;
    VerificationReport report_;
    Chain chain_;
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
                                       Writer writer) {
    return Verification(directory, receive, writer).run();
}

}  // namespace salus::audit
