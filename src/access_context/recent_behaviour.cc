#include "access_context/recent_behaviour.h"

#include <bit>
#include <cmath>

#include "foundation/check.h"

namespace salus::access_context {
namespace {

Step step_at(MonotonicTime now) noexcept {
    return now.time_since_epoch() / limits::kRecentStep;
}

// How many patients leave so many different marks, on average: the next one finds a free mark after
// size / free patients.
std::vector<std::uint32_t> patients_by_marks() {
    constexpr auto kMarks = limits::kRecentPatientMarks;
    std::vector<std::uint32_t> patients{0};
    double sum = 0;
    for (std::size_t marks = 0; marks < kMarks; ++marks) {
        sum += static_cast<double>(kMarks) / static_cast<double>(kMarks - marks);
        patients.push_back(static_cast<std::uint32_t>(std::lround(sum)));
    }
    return patients;
}

}  // namespace

RecentBehaviour::RecentBehaviour(std::size_t sets)
    : sets_(sets), patients_of_marks_(patients_by_marks()) {
    SALUS_CHECK(std::has_single_bit(sets));
}

RecentWindow* RecentBehaviour::Set::find(CallerFingerprint const& caller) {
    for (std::size_t place = 0; place < callers.size() && windows[place]; ++place) {
        if (callers[place] == caller) return windows[place].get();
    }
    return nullptr;
}

std::size_t RecentBehaviour::Set::place_for_another(Step now) {
    std::size_t lightest = 0;
    for (std::size_t place = 0; place < windows.size(); ++place) {
        auto const& window = windows[place];
        if (!window || window->is_over(now)) return place;
        if (window->weight() < windows[lightest]->weight()) lightest = place;
    }
    return lightest;
}

RecentBehaviour::Set& RecentBehaviour::set_of(CallerFingerprint const& caller) noexcept {
    return sets_[caller.low & (sets_.size() - 1)];
}

RecentWindow& RecentBehaviour::window_of(Set& set, CallerFingerprint const& caller, Step now) {
    if (auto* const known = set.find(caller)) {
        known->advance(now);
        return *known;
    }
    auto const place = set.place_for_another(now);
    auto& window = set.windows[place];
    if (!window) {
        window = std::make_unique<RecentWindow>();
        callers_.fetch_add(1, std::memory_order_relaxed);
    } else {
        if (!window->is_over(now)) forgotten_.fetch_add(1, std::memory_order_relaxed);
        *window = RecentWindow();
    }
    set.callers[place] = caller;
    window->advance(now);
    return *window;
}

request::RecentCounts RecentBehaviour::begin(CallerFingerprint const& caller, MonotonicTime now) {
    auto& set = set_of(caller);
    MutexLock const lock(set.mutex);
    auto& window = window_of(set, caller, step_at(now));
    window.request();
    return {.requests = window.requests(),
            .patients = patients_of_marks_[window.marks()],
            .refusals = window.refusals()};
}

void RecentBehaviour::refused(CallerFingerprint const& caller, MonotonicTime now) {
    auto& set = set_of(caller);
    MutexLock const lock(set.mutex);
    auto* const window = set.find(caller);
    if (window == nullptr) return;
    window->advance(step_at(now));
    window->refusal();
}

void RecentBehaviour::answered(CallerFingerprint const& caller, MonotonicTime now,
                               std::span<CompartmentId const> patients) {
    auto& set = set_of(caller);
    MutexLock const lock(set.mutex);
    auto* const window = set.find(caller);
    if (window == nullptr) return;
    window->advance(step_at(now));
    for (auto const& patient : patients) window->patient(patient);
}

std::size_t RecentBehaviour::callers() const noexcept {
    return callers_.load(std::memory_order_relaxed);
}

std::uint64_t RecentBehaviour::forgotten() const noexcept {
    return forgotten_.load(std::memory_order_relaxed);
}

}  // namespace salus::access_context
