// What one caller did in the last hour, in steps of five minutes. A count is dropped with its whole
// step, so it says what happened in the last 55 to 60 minutes. Belongs to one thread at a time; no
// allocation, no clock.
#pragma once

#include <array>
#include <cstdint>

#include "foundation/access_context_limits.h"
#include "foundation/strong_id.h"

namespace salus::access_context {

// Number of a step since the clock's beginning.
using Step = std::int64_t;

class RecentWindow {
public:
    // Drops what is older than the window that ends with `now`. A step before the newest one that
    // was seen counts as that one: threads may come with times in another order.
    void advance(Step now) noexcept;

    void request() noexcept;
    void refusal() noexcept;
    void patient(CompartmentId const& compartment) noexcept;

    [[nodiscard]] std::uint32_t requests() const noexcept { return requests_total_; }
    [[nodiscard]] std::uint32_t refusals() const noexcept { return refusals_total_; }
    // Marks that patients of the window left, of limits::kRecentPatientMarks: for each its own, or
    // one that another patient left too (linear counting; Whang and others, 1990).
    [[nodiscard]] std::uint32_t marks() const noexcept { return marks_total_; }
    [[nodiscard]] Step newest() const noexcept { return newest_; }
    // Everything in it is too old by then.
    [[nodiscard]] bool is_over(Step now) const noexcept;
    // Requests and refusals: how much would be forgotten.
    [[nodiscard]] std::uint64_t weight() const noexcept {
        return std::uint64_t{requests_total_} + refusals_total_;
    }

private:
    void drop(std::size_t place) noexcept;

    Step newest_ = 0;
    std::array<std::uint32_t, limits::kRecentSteps> requests_{};
    std::array<std::uint32_t, limits::kRecentSteps> refusals_{};
    std::uint32_t requests_total_ = 0;
    std::uint32_t refusals_total_ = 0;
    std::uint32_t marks_total_ = 0;
    // The place of the step in which each mark was last left, from 1; 0: not in this window.
    std::array<std::uint8_t, limits::kRecentPatientMarks> marks_{};
};

}  // namespace salus::access_context
