#include "audit/clock_watch.h"

#include <cstdlib>

namespace salus::audit {
namespace {

constexpr std::int64_t kMost = 1'000'000;

}  // namespace

std::optional<ClockWatch::Change> ClockWatch::look(std::int64_t wall, std::int64_t monotonic) {
    auto const distance = wall - monotonic;
    if (!looked_) {
        looked_ = true;
        distance_ = base_ = distance;
        if (last_ - wall > kMost) return Change{"step", wall - last_};
        return std::nullopt;
    }
    auto const step = distance - distance_;
    auto const drift = distance - base_;
    distance_ = distance;
    if (std::abs(step) <= kMost && std::abs(drift) <= kMost) return std::nullopt;
    base_ = distance;
    return std::abs(step) > kMost ? Change{"step", step} : Change{"drift", drift};
}

}  // namespace salus::audit
