// A wall clock that is never behind a moment that is known to have been, and from then on runs with
// the monotonic clock: of a clock that was set back while nothing ran, what was to end has ended
// (AZ-1, AUD-5). It is never behind the other clock either, so whoever sets that one right is
// believed.
//
// Thread safety: any thread, once raised.
#pragma once

#include "foundation/clock.h"

namespace salus {

// A clock that is no more than this behind is nobody's news.
inline constexpr std::chrono::seconds kClockTolerance{1};

class RaisedClock final : public Clock {
public:
    // `clock` outlives it.
    explicit RaisedClock(Clock const& clock) : clock_(clock), raised_at_(clock.monotonic()) {}

    // Before other threads know it. What is below an earlier one changes nothing.
    void raise(WallTime least) noexcept;
    [[nodiscard]] WallTime now() const noexcept override;
    [[nodiscard]] MonotonicTime monotonic() const noexcept override { return clock_.monotonic(); }
    // By how much it is ahead of the other clock.
    [[nodiscard]] std::chrono::nanoseconds ahead() const noexcept;

private:
    [[nodiscard]] WallTime least() const noexcept;

    Clock const& clock_;
    WallTime least_{};
    MonotonicTime raised_at_;
};

}  // namespace salus
