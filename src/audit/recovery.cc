#include "audit/recovery.h"

#include <algorithm>
#include <optional>

#include "audit/pruning.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

// One is made ahead; a second is left when a start finds the newest segment without a commit.
constexpr std::uint64_t kSparesMost = 2;

// Valid commit frames at or after a place; at most two, because two already tell everything.
std::vector<CommitPayload> find_commits(BytesView segment, Place from) {
    std::vector<CommitPayload> found;
    for (auto at = from; at.offset + kCommitFrameBytes <= segment.size(); at.offset += 8) {
        auto const bytes = segment.subspan(at.offset);
        if (bytes[16] != static_cast<std::uint8_t>(FrameType::commit) ||
            read_u32(bytes) != CommitPayload::kBytes) {
            continue;
        }
        auto const frame = read_frame(bytes, at);
        auto const commit = frame ? CommitPayload::decode(frame->payload) : std::nullopt;
        if (commit) found.push_back(*commit);
        if (found.size() == 2) break;
    }
    return found;
}

// The end of a batch that a begin frame promises; nothing if there is no valid begin frame.
std::optional<std::uint64_t> promised_end(BytesView segment, Place place,
                                          std::uint64_t next_index) {
    auto const frame = read_frame(segment.subspan(place.offset), place);
    if (!frame || frame->type != FrameType::begin) return std::nullopt;
    auto const begin = BeginPayload::decode(frame->payload);
    if (!begin || begin->first_index != next_index || begin->batch_bytes % 8 != 0 ||
        begin->batch_bytes < kBeginFrameBytes + kCommitFrameBytes ||
        begin->batch_bytes > segment.size() - place.offset) {
        return std::nullopt;
    }
    return place.offset + begin->batch_bytes;
}

// A sector of a batch is never all zeros, nor are its last eight bytes (a hash): where they are
// zero, they were never written.
bool is_incomplete(BytesView batch) {
    if (is_zero(batch.last(8))) return true;
    for (; !batch.empty(); batch = batch.subspan(std::min(batch.size(), kSectorBytes))) {
        if (is_zero(batch.first(std::min(batch.size(), kSectorBytes)))) return true;
    }
    return false;
}

class Recovery {
public:
    Recovery(Options const& options, Volume& volume) : options_(options), volume_(volume) {}

    Result<LogEnd> run() {
        SALUS_TRY(pruning_, read_pruning(options_.directory));
        SALUS_TRY(run_, find_segments(options_.directory));
        end_.files = run_.last;
        SALUS_TRY_VOID(read_headers());
        SALUS_TRY_VOID(clear_spares());
        while (!headers_.empty()) {
            SALUS_TRY(auto const kept, read_last_segment());
            if (kept) break;
            headers_.pop_back();
        }
        SALUS_TRY_VOID(finish());
        return std::move(end_);
    }

private:
    std::filesystem::path path(std::uint64_t number) const {
        return options_.directory / segment_name(number);
    }

    Result<void> read_headers() {
        bool ended = false;
        for (std::uint64_t number = run_.first; number <= run_.last; ++number) {
            SALUS_TRY(auto const bytes, read_piece(path(number), 0, kSegmentHeaderBytes));
            auto header = decode_header(bytes);
            if (!header) {
                ended = true;
                continue;
            }
            if (ended) return fail(Errc::corrupt, "a segment header is damaged");
            SALUS_TRY_VOID(check_header(*header, number));
            headers_.push_back(*std::move(header));
            header_hashes_.push_back(crypto::sha256(bytes));
        }
        return {};
    }

    Result<void> check_header(SegmentHeader const& header, std::uint64_t number) const {
        auto const first = headers_.empty();
        if (header.number != number || header.origin != options_.origin ||
            (!first && header.previous != header_hashes_.back()) ||
            (first && !begins_log(header))) {
            return fail(Errc::corrupt, "a segment is not the one that belongs here");
        }
        SALUS_TRY(auto const size, segment_file_size(path(number)));
        if (size != header.segment_bytes || size % kSectorBytes != 0 ||
            (!first && size != headers_.back().segment_bytes)) {
            return fail(Errc::corrupt, "a segment does not have the size that it was made with");
        }
        return first ? Result<void>() : check_link(header);
    }

    // The first leaf of all, or the first that the recorded pruning left.
    [[nodiscard]] bool begins_log(SegmentHeader const& header) const {
        auto const zero = crypto::Sha256Digest{};
        auto const& prefix = pruning_.prefix;
        if (prefix.is_empty()) {
            return header.range.size() == 0 && header.head == zero && header.previous == zero;
        }
        return header.range.size() == prefix.first && header.range.root() == prefix.root;
    }

    // The last commit of the segment before is what this header says it is.
    Result<void> check_link(SegmentHeader const& header) const {
        auto const wrong = [] {
            return fail(Errc::corrupt, "a segment does not continue the one before");
        };
        if (header.previous_commit > headers_.back().segment_bytes - kCommitFrameBytes ||
            header.range.size() <= headers_.back().range.size()) {
            return wrong();
        }
        Place const place{header.number - 1, header.previous_commit};
        SALUS_TRY(auto const bytes,
                  read_piece(path(place.segment), place.offset, kCommitFrameBytes));
        auto const frame = read_frame(bytes, place);
        auto const commit = frame ? CommitPayload::decode(frame->payload) : std::nullopt;
        if (!commit || commit->tree_size != header.range.size() || commit->head != header.head ||
            commit->root != header.range.root()) {
            return wrong();
        }
        return {};
    }

    // Segments behind the last header: made ahead, or given a header that did not reach the disk.
    Result<void> clear_spares() {
        if (run_.count() > headers_.size() + kSparesMost) {
            return fail(Errc::corrupt, "there are more spare segments than a log makes");
        }
        end_.segment_bytes = headers_.empty() ? 0 : headers_.front().segment_bytes;
        for (auto number = run_.first + headers_.size(); number <= run_.last; ++number) {
            SALUS_TRY(auto const size, segment_file_size(path(number)));
            if (end_.segment_bytes == 0) end_.segment_bytes = size;
            if (size != end_.segment_bytes || size > limits::kAuditSegmentBytes) {
                return fail(Errc::corrupt, "a spare segment has a wrong size");
            }
            SALUS_TRY(auto const written, read_written(path(number), size));
            if (written.empty()) continue;
            SALUS_TRY(auto const bytes,
                      read_piece(path(number), 0, static_cast<std::size_t>(size)));
            if (has_commit(bytes, {number, 0})) {
                return fail(Errc::corrupt, "a segment header is damaged");
            }
            SALUS_TRY_VOID(cut(number, 0, bytes));
        }
        return {};
    }

    // Zeros from the offset on, durably.
    Result<void> cut(std::uint64_t number, std::uint64_t offset, BytesView segment) {
        auto rest = segment.subspan(static_cast<std::size_t>(offset));
        while (!rest.empty() && rest.back() == 0) rest = rest.first(rest.size() - 1);
        if (rest.empty()) return {};
        SALUS_TRY(auto const file, volume_.open(path(number)));
        SALUS_TRY_VOID(file->write(offset, Bytes(rest.size())));
        SALUS_TRY_VOID(file->sync());
        end_.cut_bytes += rest.size();
        return {};
    }

    // Whether the segment holds a commit. If not, it is a spare again.
    Result<bool> read_last_segment() {
        auto const& header = headers_.back();
        if (header.segment_bytes > limits::kAuditSegmentBytes) {
            return fail(Errc::corrupt, "a segment is larger than any");
        }
        SALUS_TRY(auto bytes, read_written(path(header.number), header.segment_bytes));
        end_.chain = Chain{options_.origin, header.range, header.head, header.time, std::nullopt};
        // A prefix is pruned only where no intent was open.
        if (header.number == run_.first) end_.chain.open_intents.emplace();
        Place at{header.number, kSegmentHeaderBytes};
        std::optional<std::uint64_t> commit;
        SALUS_TRY_VOID(accept_batches(bytes, at, commit));
        auto const judged = std::min<std::uint64_t>(at.offset, bytes.size());
        if (!is_zero(BytesView(bytes).subspan(static_cast<std::size_t>(judged)))) {
            // Something stands behind the last batch: what it is shows in the whole segment.
            SALUS_TRY(bytes, read_piece(path(header.number), 0,
                                        static_cast<std::size_t>(header.segment_bytes)));
            SALUS_TRY_VOID(accept_batches(bytes, at, commit));
            auto const tail = judge_tail(bytes, at, end_.chain.range.size());
            if (tail == TailKind::corrupt) return fail(Errc::corrupt, "the audit log is damaged");
        }
        SALUS_TRY_VOID(cut(header.number, commit ? at.offset : 0, bytes));
        if (!commit) return false;
        end_.number = header.number;
        end_.offset = at.offset;
        end_.commit_offset = *commit;
        end_.header_hash = header_hashes_[headers_.size() - 1];
        return read_open_intents(bytes);
    }

    // The batches that follow each other from there on.
    Result<void> accept_batches(BytesView segment, Place& at,
                                std::optional<std::uint64_t>& commit) {
        while (auto batch = read_batch(segment, at)) {
            if (!accept(end_.chain, *batch)) {
                return fail(Errc::corrupt, "the audit log is damaged");
            }
            commit = batch->commit_offset;
            at.offset = batch->end;
        }
        return {};
    }

    Result<bool> read_open_intents(BytesView last_segment) {
        for (auto const& [index, place] : *end_.chain.open_intents) {
            SALUS_TRY(auto leaf, read_intent(index, place, last_segment));
            end_.open_intents.push_back({index, std::move(leaf)});
        }
        return true;
    }

    Result<std::string> read_intent(std::uint64_t index, Place place,
                                    BytesView last_segment) const {
        auto const wrong = [] { return fail(Errc::corrupt, "an open intent cannot be read"); };
        auto const size = end_.segment_bytes;
        if (place.segment < run_.first || place.segment > end_.number || place.offset >= size) {
            return wrong();
        }
        auto const want =
            std::min<std::uint64_t>(frame_bytes(limits::kAuditLeafBytes), size - place.offset);
        Bytes piece;
        if (place.segment == end_.number) {
            // Its zeros at the end were not read.
            if (place.offset >= last_segment.size()) return wrong();
            auto const rest = last_segment.subspan(static_cast<std::size_t>(place.offset));
            auto const view = rest.first(std::min<std::size_t>(rest.size(), want));
            piece.assign(view.begin(), view.end());
        } else {
            SALUS_TRY(piece, read_piece(path(place.segment), place.offset,
                                        static_cast<std::size_t>(want)));
        }
        auto const frame = read_frame(piece, place);
        if (!frame || frame->type != FrameType::leaf || frame->index != index) return wrong();
        return std::string(text_of(frame->payload));
    }

    Result<void> finish() {
        if (headers_.empty()) {
            if (options_.must_exist || !pruning_.prefix.is_empty()) {
                return fail(Errc::corrupt, "the audit log is missing");
            }
            end_.chain = Chain{options_.origin, {}, {}, 0, OpenIntents{}};
        }
        if (end_.segment_bytes == 0) {
            end_.segment_bytes =
                options_.segment_bytes != 0 ? options_.segment_bytes : limits::kAuditSegmentBytes;
        }
        return check_pruning();
    }

    // Whoever removes the first segments and writes the file `pruned` has no leaf that says so.
    Result<void> check_pruning() const {
        if (pruning_.prefix.is_empty()) return {};
        SALUS_TRY(auto const recorded, RecordedPruning::find(options_.directory));
        static_cast<void>(recorded);
        return {};
    }

    Options const& options_;
    Volume& volume_;
    Pruning pruning_;
    SegmentRun run_;
    LogEnd end_;
    std::vector<SegmentHeader> headers_;
    std::vector<crypto::Sha256Digest> header_hashes_;
};

}  // namespace

Result<LogEnd> recover(Options const& options, Volume& volume) {
    return Recovery(options, volume).run();
}

bool has_commit(BytesView segment, Place from) {
    return !find_commits(segment, from).empty();
}

TailKind judge_tail(BytesView segment, Place place, std::uint64_t next_index) {
    if (place.offset >= segment.size()) return TailKind::clean;
    auto const rest = segment.subspan(static_cast<std::size_t>(place.offset));
    if (is_zero(rest)) return TailKind::clean;
    auto end = promised_end(segment, place, next_index);
    auto const commits = find_commits(segment, place);
    // A batch is written only after the one before it was durable, so a second commit, or one that
    // is not of this batch, means that acknowledged bytes are damaged.
    if (commits.size() > 1) return TailKind::corrupt;
    if (commits.size() == 1) {
        if (commits[0].batch_offset != place.offset || commits[0].first_index != next_index) {
            return TailKind::corrupt;
        }
    }
    if (end) {
        auto const batch = static_cast<std::size_t>(*end - place.offset);
        if (!is_zero(rest.subspan(batch))) return TailKind::corrupt;
        return is_incomplete(rest.first(batch)) ? TailKind::torn : TailKind::corrupt;
    }
    // No begin frame: its sector was never written, or nothing but its first bytes was.
    auto const first = std::min(rest.size(), kSectorBytes);
    if (is_zero(rest.first(first))) return TailKind::torn;
    return rest.size() <= kBeginFrameBytes || is_zero(rest.subspan(kBeginFrameBytes))
               ? TailKind::torn
               : TailKind::corrupt;
}

}  // namespace salus::audit
