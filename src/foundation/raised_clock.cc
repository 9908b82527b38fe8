#include "foundation/raised_clock.h"

#include <algorithm>

namespace salus {

void RaisedClock::raise(WallTime least) noexcept {
    if (least <= this->least()) return;
    least_ = least;
    raised_at_ = clock_.monotonic();
}

WallTime RaisedClock::now() const noexcept {
    return std::max(clock_.now(), least());
}

std::chrono::nanoseconds RaisedClock::ahead() const noexcept {
    return std::max(std::chrono::nanoseconds(0), least() - clock_.now());
}

WallTime RaisedClock::least() const noexcept {
    return least_ + (clock_.monotonic() - raised_at_);
}

}  // namespace salus
