#include "audit/appender.h"

#include <algorithm>

#include "audit/envelope.h"
#include "audit/leaf.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// More than the envelope, its frame and its padding can take (the origin has at most 254 bytes).
constexpr std::size_t kLeafOverheadBytes = 1024;

// Names this boot of the machine, and so the zero of the monotonic clock. Zeros where the kernel
// does not tell.
std::string boot_id() {
    std::string unknown(32, '0');
    auto const contents = read_file("/proc/sys/kernel/random/boot_id", 64);
    if (!contents) return unknown;
    std::string id;
    for (char c : text_of(*contents)) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) id.push_back(c);
    }
    return id.size() == unknown.size() ? id : unknown;
}

// An upper bound of what the records take in a batch, with a clock leaf before each.
std::uint64_t bytes_most(std::span<Record const> records) {
    std::uint64_t bytes = 0;
    for (auto const& record : records) {
        bytes += 2 * kLeafOverheadBytes + frame_bytes(record.members().size());
        if (record.detail()) bytes += frame_bytes(record.detail()->bytes().size());
    }
    return bytes;
}

}  // namespace

Appender::Appender(std::filesystem::path directory, LogEnd end, Volume& volume, SegmentMaker& maker,
                   Clock const& clock)
    : directory_(std::move(directory)),
      end_(std::move(end)),
      volume_(volume),
      maker_(maker),
      clock_(clock),
      boot_(boot_id()),
      clock_watch_(end_.chain.time),
      wall_(end_.chain.time) {}

Result<std::unique_ptr<Appender>> Appender::make(std::filesystem::path directory, LogEnd end,
                                                 Volume& volume, SegmentMaker& maker,
                                                 Clock const& clock) {
    std::unique_ptr<Appender> appender(
        new Appender(std::move(directory), std::move(end), volume, maker, clock));
    if (appender->end_.number == 0) {
        SALUS_TRY_VOID(appender->begin_segment());
        return appender;
    }
    auto const path = appender->directory_ / segment_name(appender->end_.number);
    SALUS_TRY(appender->file_, volume.open(path));
    maker.make_ahead(appender->end_.number + 1);
    return appender;
}

std::uint64_t Appender::batch_start_bytes() const {
    auto const intents = end_.chain.open_intents->size() * 24;
    return kBeginFrameBytes + frame_bytes(intents);
}

Appender::Room Appender::room_for(std::span<Record const> records) const {
    auto const bytes = bytes_most(records) + kCommitFrameBytes + kSectorBytes;
    auto const start = batch_.empty() ? batch_start_bytes() : batch_.size();
    if (end_.offset + start + bytes > end_.segment_bytes) {
        // Intents of the batch at hand will be in the list that the next segment starts with.
        auto const fresh = kSegmentHeaderBytes + batch_start_bytes() + bytes;
        return fresh > end_.segment_bytes ? Room::never : Room::next_segment;
    }
    return batch_.empty() || start + bytes <= limits::kAuditBatchBytes ? Room::now
                                                                       : Room::next_batch;
}

bool Appender::has_room_for_intents(std::span<Record const> records) const {
    auto const intents = std::ranges::count(records, Phase::intent, &Record::phase);
    // The list of open intents must leave a small segment most of its room.
    auto const most =
        std::min<std::uint64_t>(limits::kAuditOpenIntents, end_.segment_bytes / 4 / 24);
    return intents == 0 ||
           end_.chain.open_intents->size() + static_cast<std::uint64_t>(intents) <= most;
}

void Appender::begin_batch() {
    batch_first_ = end_.chain.range.size();
    batch_.assign(kBeginFrameBytes, 0);  // commit() fills it in
    if (end_.offset == kSegmentHeaderBytes) {
        append_frame(batch_, here(), FrameType::open_intents, batch_first_,
                     encode(*end_.chain.open_intents));
    }
}

void Appender::add(std::span<Record const> records, std::vector<Position>& positions) {
    for (auto const& record : records) {
        watch_clock();
        add_one(record, positions.emplace_back());
    }
}

// A clock leaf, so that a reader of times knows from where on they are not what they were (AUD-5).
void Appender::watch_clock() {
    wall_ = duration_cast<microseconds>(clock_.now().time_since_epoch()).count();
    auto const monotonic = duration_cast<microseconds>(clock_.monotonic().time_since_epoch());
    auto const change = clock_watch_.look(wall_, monotonic.count());
    if (!change) return;
    ++clock_changes_;
    auto const record =
        LeafBuilder(Event::clock, Outcome::ok).number(change->name, change->microseconds).build();
    Position ignored{};
    add_one(*record, ignored);
}

void Appender::add_one(Record const& record, Position& position) {
    if (batch_.empty()) begin_batch();
    auto& chain = end_.chain;
    Envelope envelope;
    envelope.boot = boot_;
    envelope.index = chain.range.size();
    envelope.intent = record.intent();
    envelope.monotonic = duration_cast<microseconds>(clock_.monotonic().time_since_epoch()).count();
    envelope.origin = chain.origin;
    envelope.previous = chain.head;
    envelope.phase = record.phase();
    envelope.time = std::max(chain.time, wall_);
    if (wall_ < envelope.time) envelope.raw_time = wall_;
    envelope.what = record.members();
    if (record.detail()) {
        auto const detail = record.detail()->bytes();
        envelope.detail = crypto::sha256(detail);
        append_frame(batch_, here(), FrameType::detail, envelope.index, detail);
    }
    leaf_.clear();
    append_leaf(leaf_, envelope);
    auto const place = here();
    append_frame(batch_, place, FrameType::leaf, envelope.index, bytes_of(leaf_));

    chain.head = leaf_hash(bytes_of(leaf_));
    chain.range.append(chain.head);
    chain.time = envelope.time;
    if (record.phase() == Phase::intent) chain.open_intents->emplace(envelope.index, place);
    if (record.phase() == Phase::outcome) chain.open_intents->erase(record.intent());
    position = {envelope.index, chain.head};
}

Result<void> Appender::commit() {
    if (batch_.empty()) return {};
    auto const size = end_.chain.range.size();
    root_ = end_.chain.range.root();
    CommitPayload const commit{batch_first_, size, end_.offset, root_, end_.chain.head};
    end_.commit_offset = here().offset;
    append_frame(batch_, here(), FrameType::commit, size - 1, commit.encode());
    BeginPayload const begin{batch_.size(), batch_first_, size - batch_first_};
    Bytes frame;
    append_frame(frame, {end_.number, end_.offset}, FrameType::begin, batch_first_, begin.encode());
    std::ranges::copy(frame, batch_.begin());
    batch_.resize(sector_end(batch_.size()));

    SALUS_TRY_VOID(file_->write(end_.offset, batch_));
    SALUS_TRY_VOID(file_->sync());
    SALUS_TRY_VOID(file_->check_live());
    end_.offset += batch_.size();
    batch_.clear();
    return {};
}

Result<void> Appender::begin_segment() {
    auto const number = end_.number + 1;
    SALUS_TRY_VOID(maker_.ensure(number));
    SegmentHeader header;
    header.number = number;
    header.segment_bytes = end_.segment_bytes;
    header.previous_commit = end_.commit_offset;
    header.previous = end_.header_hash;
    header.head = end_.chain.head;
    header.range = end_.chain.range;
    header.time = end_.chain.time;
    header.origin = end_.chain.origin;
    auto const bytes = encode(header);
    SALUS_TRY(file_, volume_.open(directory_ / segment_name(number)));
    // Durable before the first batch, so that a missing header never has a batch behind it.
    SALUS_TRY_VOID(file_->write(0, bytes));
    SALUS_TRY_VOID(file_->sync());
    end_.number = number;
    end_.offset = kSegmentHeaderBytes;
    end_.header_hash = crypto::sha256(bytes);
    maker_.make_ahead(number + 1);
    return {};
}

}  // namespace salus::audit
