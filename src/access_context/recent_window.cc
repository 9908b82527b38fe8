#include "access_context/recent_window.h"

#include <limits>

namespace salus::access_context {
namespace {

constexpr auto kSteps = static_cast<Step>(limits::kRecentSteps);

std::size_t place_of(Step step) noexcept {
    return static_cast<std::size_t>(step % kSteps);
}

// Stays at the end: a count that began anew would say that little happened.
void increase(std::uint32_t& count, std::uint32_t& total) noexcept {
    if (total == std::numeric_limits<std::uint32_t>::max()) return;
    ++count;
    ++total;
}

}  // namespace

void RecentWindow::drop(std::size_t place) noexcept {
    requests_total_ -= requests_[place];
    refusals_total_ -= refusals_[place];
    requests_[place] = 0;
    refusals_[place] = 0;
    for (auto& mark : marks_) {
        if (mark != place + 1) continue;
        mark = 0;
        --marks_total_;
    }
}

bool RecentWindow::is_over(Step now) const noexcept {
    return now - newest_ >= kSteps;
}

void RecentWindow::advance(Step now) noexcept {
    if (now <= newest_) return;
    if (is_over(now)) {
        *this = RecentWindow();
        newest_ = now;
        return;
    }
    while (newest_ < now) drop(place_of(++newest_));
}

void RecentWindow::request() noexcept {
    increase(requests_[place_of(newest_)], requests_total_);
}

void RecentWindow::refusal() noexcept {
    increase(refusals_[place_of(newest_)], refusals_total_);
}

void RecentWindow::patient(CompartmentId const& compartment) noexcept {
    // The id is random or a keyed hash: any bits of it are as good as others.
    auto& mark = marks_[read_u64(compartment.bytes()) % marks_.size()];
    if (mark == 0) ++marks_total_;
    mark = static_cast<std::uint8_t>(place_of(newest_) + 1);
}

}  // namespace salus::access_context
