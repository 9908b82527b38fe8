// How fast background work on records may go: at most so many a second, and never for more than
// half of the time, so that what makes the store or the log slow makes this slower. One thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

#include "foundation/clock.h"

namespace salus::app {

class RotationPace {
public:
    // `records_per_second`: 0 sets no limit beside the half. Borrows the clock.
    RotationPace(Clock const& clock, std::int64_t records_per_second)
        : clock_(clock), records_per_second_(records_per_second) {}

    // The rest that work of this size and length has to be followed by.
    [[nodiscard]] std::chrono::nanoseconds rest_after(std::size_t records,
                                                      std::chrono::nanoseconds took) const {
        if (records_per_second_ == 0) return took;
        std::chrono::nanoseconds const share =
            std::chrono::nanoseconds(std::chrono::seconds(1)) / records_per_second_;
        auto const due = share * static_cast<std::int64_t>(records);
        return std::max(took, due - took);
    }
    // Rests, or until it is to stop.
    void rest(std::size_t records, MonotonicTime began, std::stop_token const& stop) {
        std::unique_lock lock(mutex_);
        auto const rest = rest_after(records, clock_.monotonic() - began);
        wait_.wait_for(lock, stop, rest, [] { return false; });
    }

private:
    Clock const& clock_;
    std::int64_t const records_per_second_;
    std::mutex mutex_;
    std::condition_variable_any wait_;
};

}  // namespace salus::app
