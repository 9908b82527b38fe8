#include "factors/throttle.h"

#include <algorithm>

#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kStateBytes = 13;
constexpr std::uint32_t kMostFailures = 1'000'000;  // counting further says nothing

std::chrono::nanoseconds delay_after(std::uint32_t failures) {
    if (failures < limits::kGuessesFree) return std::chrono::nanoseconds(0);
    std::chrono::nanoseconds delay = limits::kGuessDelayFirst;
    for (auto further = failures - limits::kGuessesFree;
         further > 0 && delay < limits::kGuessDelayLongest; --further) {
        delay *= 2;
    }
    return std::min<std::chrono::nanoseconds>(delay, limits::kGuessDelayLongest);
}

}  // namespace

std::chrono::nanoseconds Throttle::retry_after(WallTime now) const {
    auto const delay = delay_after(failures_);
    auto const end = last_ + delay;
    // Further off than any delay it can be only because the clock was set back: the next failure
    // then counts from where the clock is.
    if (now >= end || now + limits::kGuessDelayLongest < last_) return std::chrono::nanoseconds(0);
    return std::min(end - now, delay);
}

void Throttle::failed(WallTime now) {
    if (now - last_ > limits::kGuessesForgotten) failures_ = 0;
    failures_ = std::min(failures_ + 1, kMostFailures);
    last_ = now;
}

Bytes Throttle::to_bytes() const {
    Bytes out{kFormat};
    append_u32(out, failures_);
    append_u64(out, static_cast<std::uint64_t>(last_.time_since_epoch().count()));
    return out;
}

Result<Throttle> Throttle::from_bytes(BytesView bytes) {
    if (bytes.size() != kStateBytes || bytes.front() != kFormat) {
        return fail(Errc::corrupt, "not the state of a throttle");
    }
    Throttle throttle;
    throttle.failures_ = read_u32(bytes.subspan(1));
    throttle.last_ =
        WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(read_u64(bytes.subspan(5)))));
    // So that no sum or difference with a time of today overflows.
    constexpr auto kEarliest = WallTime() - limits::kGuessesForgotten;
    constexpr auto kLatest = WallTime::max() - limits::kGuessesForgotten;
    if (throttle.failures_ > kMostFailures || throttle.last_ < kEarliest ||
        throttle.last_ > kLatest) {
        return fail(Errc::corrupt, "not the state of a throttle");
    }
    return throttle;
}

}  // namespace salus::factors
