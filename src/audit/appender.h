// Builds batches at the end of the log and makes them durable. Knows no queue and no waiting; the
// writer thread of log.cc drives it. After any error it must not be used again. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audit/clock_watch.h"
#include "audit/log.h"
#include "audit/recovery.h"
#include "audit/segment_maker.h"
#include "audit/volume.h"

namespace salus::audit {

class Appender {
public:
    // Opens the last segment, or starts the first. All references outlive this.
    static Result<std::unique_ptr<Appender>> make(std::filesystem::path directory, LogEnd end,
                                                  Volume& volume, SegmentMaker& maker,
                                                  Clock const& clock);

    enum class Room {
        now,           // into the batch at hand
        next_batch,    // the batch at hand must be committed first
        next_segment,  // this, and then a new segment begun
        never,         // larger than a segment
    };
    [[nodiscard]] Room room_for(std::span<Record const> records) const;
    [[nodiscard]] bool has_room_for_intents(std::span<Record const> records) const;

    // REQUIRES: room_for(records) == Room::now, and there is room for the intents.
    void add(std::span<Record const> records, std::vector<Position>& positions);
    // Writes the batch at hand, syncs, and checks that the segment still has its name. Does nothing
    // when the batch is empty. Errc::unavailable for any fault.
    [[nodiscard]] Result<void> commit();
    // REQUIRES: the batch at hand is empty.
    [[nodiscard]] Result<void> begin_segment();

    [[nodiscard]] Chain const& chain() const noexcept { return end_.chain; }
    // Steps and drifts of the wall clock that became leaves since start.
    [[nodiscard]] std::uint64_t clock_changes() const noexcept { return clock_changes_; }
    [[nodiscard]] std::uint64_t segment() const noexcept { return end_.number; }
    // The tree's root after the last commit().
    [[nodiscard]] crypto::Sha256Digest const& root() const noexcept { return root_; }

private:
    Appender(std::filesystem::path directory, LogEnd end, Volume& volume, SegmentMaker& maker,
             Clock const& clock);

    void begin_batch();
    void add_one(Record const& record, Position& position);
    void watch_clock();
    [[nodiscard]] Place here() const noexcept { return {end_.number, end_.offset + batch_.size()}; }
    [[nodiscard]] std::uint64_t batch_start_bytes() const;

    std::filesystem::path const directory_;
    LogEnd end_;
    Volume& volume_;
    SegmentMaker& maker_;
    Clock const& clock_;
    std::string boot_;
    std::unique_ptr<SegmentFile> file_;
    Bytes batch_;       // what commit() will write at end_.offset
    std::string leaf_;  // scratch
    crypto::Sha256Digest root_{};
    std::uint64_t batch_first_ = 0;
    ClockWatch clock_watch_;
    std::uint64_t clock_changes_ = 0;
    std::int64_t wall_ = 0;  // as the clock said at the record at hand
};

}  // namespace salus::audit
