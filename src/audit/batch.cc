#include "audit/batch.h"

#include <algorithm>

#include "audit/envelope.h"
#include "audit/segment.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

constexpr std::size_t kOpenIntentBytes = 24;

std::unexpected<Flaw> flaw(Literal why, std::uint64_t offset, std::uint64_t index) {
    return std::unexpected(Flaw{why, offset, index});
}

// Reads the frames of one batch; a detail waits here for the leaf that it precedes.
class BatchReader {
public:
    BatchReader(BytesView bytes, Place place, std::uint64_t begin)
        : bytes_(bytes), begin_(begin), at_(place) {
        batch_.place = place;
    }

    std::expected<Batch, Flaw> read() {
        if (!next() || frame_->type != FrameType::begin) return damaged("no valid begin frame");
        auto const begin = BeginPayload::decode(frame_->payload);
        if (!begin || begin->first_index != frame_->index) return damaged("a wrong begin frame");
        batch_.begin = *begin;
        step();
        while (next() && frame_->type != FrameType::commit) {
            if (auto const why = take(); !why.empty()) return damaged(why);
            step();
        }
        if (!frame_) return damaged("an invalid frame");
        return finish();
    }

private:
    bool next() {
        frame_ = read_frame(bytes_.subspan(at_.offset - begin_), at_);
        return frame_.has_value();
    }
    void step() { at_.offset += frame_->bytes; }

    std::unexpected<Flaw> damaged(Literal why) const {
        return flaw(why, at_.offset, batch_.begin.first_index + batch_.leaves.size());
    }

    Literal take() {
        auto const index = batch_.begin.first_index + batch_.leaves.size();
        if (frame_->type == FrameType::open_intents) {
            if (batch_.open_intents || detail_ || !batch_.leaves.empty()) {
                return "a list of open intents out of place";
            }
            batch_.open_intents = decode_open_intents(frame_->payload);
            return batch_.open_intents ? Literal() : "a wrong list of open intents";
        }
        if (frame_->index != index) return "a leaf out of order";
        if (frame_->type == FrameType::detail) {
            if (detail_) return "two details for one leaf";
            detail_ = frame_->payload;
            return {};
        }
        if (frame_->type != FrameType::leaf) return "a frame out of place";
        batch_.leaves.push_back({index, text_of(frame_->payload), detail_, at_});
        detail_.reset();
        return {};
    }

    std::expected<Batch, Flaw> finish() {
        auto const commit = CommitPayload::decode(frame_->payload);
        batch_.commit_offset = at_.offset;
        auto const size = batch_.begin.first_index + batch_.leaves.size();
        auto const bytes = at_.offset + frame_->bytes - batch_.place.offset;
        if (!commit || detail_ || batch_.leaves.empty() ||
            batch_.leaves.size() != batch_.begin.leaves || batch_.begin.batch_bytes != bytes ||
            commit->first_index != batch_.begin.first_index || commit->tree_size != size ||
            frame_->index != size - 1 || commit->batch_offset != batch_.place.offset) {
            return damaged("a commit that does not fit its batch");
        }
        batch_.commit = *commit;
        step();
        batch_.end = sector_end(at_.offset);
        if (batch_.end - begin_ > bytes_.size() ||
            !is_zero(bytes_.subspan(at_.offset - begin_, batch_.end - at_.offset))) {
            return damaged("bytes between two batches");
        }
        return std::move(batch_);
    }

    BytesView bytes_;
    std::uint64_t begin_;  // of the bytes, in the segment
    Place at_;
    Batch batch_;
    std::optional<Frame> frame_;
    std::optional<BytesView> detail_;
};

Literal check_leaf(Chain& chain, ReadLeaf& leaf) {
    auto const envelope = parse_leaf(leaf.text);
    if (!envelope) return "a leaf that is not canonical";
    if (envelope->index != leaf.index || leaf.index != chain.range.size()) {
        return "a leaf with a wrong index";
    }
    if (envelope->previous != chain.head) return "a leaf that does not continue the chain";
    if (envelope->origin != chain.origin) return "a leaf of another log";
    if (envelope->time < chain.time) return "a leaf before its time";
    if (envelope->detail.has_value() != leaf.detail.has_value()) {
        return "a detail without its hash, or a hash without its detail";
    }
    if (leaf.detail && crypto::sha256(*leaf.detail) != *envelope->detail) return "a changed detail";
    leaf.hash = leaf_hash(bytes_of(leaf.text));
    chain.head = leaf.hash;
    chain.range.append(leaf.hash);
    chain.time = envelope->time;
    if (envelope->phase == Phase::intent) chain.open_intents->emplace(leaf.index, leaf.place);
    if (envelope->phase == Phase::outcome) chain.open_intents->erase(envelope->intent);
    return {};
}

Literal check_open_intents(Chain& chain, Batch const& batch) {
    bool const is_first = batch.place.offset == kSegmentHeaderBytes;
    if (is_first != batch.open_intents.has_value()) {
        return "a list of open intents is missing or out of place";
    }
    if (!is_first) return {};
    if (!chain.open_intents) chain.open_intents = batch.open_intents;
    return *chain.open_intents == *batch.open_intents ? Literal() : "wrong open intents";
}

}  // namespace

Bytes BeginPayload::encode() const {
    Bytes out;
    append_u64(out, batch_bytes);
    append_u64(out, first_index);
    append_u64(out, leaves);
    return out;
}

std::optional<BeginPayload> BeginPayload::decode(BytesView bytes) {
    if (bytes.size() != kBytes) return std::nullopt;
    return BeginPayload{read_u64(bytes), read_u64(bytes.subspan(8)), read_u64(bytes.subspan(16))};
}

Bytes CommitPayload::encode() const {
    Bytes out;
    append_u64(out, first_index);
    append_u64(out, tree_size);
    append_u64(out, batch_offset);
    out.resize(out.size() + 32);
    append(out, root);
    append(out, head);
    return out;
}

std::optional<CommitPayload> CommitPayload::decode(BytesView bytes) {
    if (bytes.size() != kBytes || !is_zero(bytes.subspan(24, 32))) return std::nullopt;
    CommitPayload payload{
        read_u64(bytes), read_u64(bytes.subspan(8)), read_u64(bytes.subspan(16)), {}, {}};
    std::ranges::copy(bytes.subspan(56, 32), payload.root.begin());
    std::ranges::copy(bytes.subspan(88, 32), payload.head.begin());
    return payload;
}

Bytes encode(OpenIntents const& intents) {
    Bytes out;
    for (auto const& [index, place] : intents) {
        append_u64(out, index);
        append_u64(out, place.segment);
        append_u64(out, place.offset);
    }
    return out;
}

std::optional<OpenIntents> decode_open_intents(BytesView bytes) {
    auto const count = bytes.size() / kOpenIntentBytes;
    if (bytes.size() % kOpenIntentBytes != 0 || count > limits::kAuditOpenIntents) {
        return std::nullopt;
    }
    OpenIntents intents;
    for (; !bytes.empty(); bytes = bytes.subspan(kOpenIntentBytes)) {
        intents.emplace_hint(intents.end(), read_u64(bytes),
                             Place{read_u64(bytes.subspan(8)), read_u64(bytes.subspan(16))});
    }
    if (intents.size() != count) return std::nullopt;
    return intents;
}

std::expected<Batch, Flaw> read_batch(BytesView bytes, Place place, std::uint64_t begin) {
    if (place.offset < begin || place.offset - begin >= bytes.size()) {
        return flaw("no valid begin frame", place.offset, 0);
    }
    return BatchReader(bytes, place, begin).read();
}

std::optional<BeginPayload> read_begin(BytesView bytes, Place place) {
    auto const frame = read_frame(bytes, place);
    if (!frame || frame->type != FrameType::begin) return std::nullopt;
    return BeginPayload::decode(frame->payload);
}

std::expected<void, Flaw> accept(Chain& chain, Batch& batch) {
    if (auto const why = check_open_intents(chain, batch); !why.empty()) {
        return flaw(why, batch.place.offset, batch.begin.first_index);
    }
    for (auto& leaf : batch.leaves) {
        if (auto const why = check_leaf(chain, leaf); !why.empty()) {
            return flaw(why, leaf.place.offset, leaf.index);
        }
    }
    if (batch.commit.head != chain.head || batch.commit.root != chain.range.root()) {
        return flaw("a tree head that is not the tree's", batch.commit_offset,
                    batch.begin.first_index);
    }
    return {};
}

}  // namespace salus::audit
