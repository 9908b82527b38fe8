// What callers did in the last hour: requests, different patients, refusals (AZ-3). In memory
// alone, of this process; it holds fingerprints of callers and some bits of compartments' ids.
//
// Bounded: limits::kRecentSets times limits::kRecentPlaces callers. Where a new one finds no place,
// the caller goes who was idle for an hour, else the one with the least to forget: a flood of
// callers with one request each pushes out its own, never one that was busy.
// Thread safety: any thread, a lock for each set of places. No clock: times are given.
// Cost: some 100 ns; memory is allocated for a caller when it is first seen and reused afterwards.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "access_context/caller_fingerprint.h"
#include "access_context/recent_window.h"
#include "foundation/clock.h"
#include "foundation/thread_annotations.h"
#include "request/access_facts.h"

namespace salus::access_context {

class RecentBehaviour {
public:
    // `sets`: a power of two; fewer of them in tests.
    explicit RecentBehaviour(std::size_t sets = limits::kRecentSets);

    // A request begins. What this caller did until now, it included.
    [[nodiscard]] request::RecentCounts begin(CallerFingerprint const& caller, MonotonicTime now);
    // What came of its request; nothing of a caller that was forgotten in between.
    void refused(CallerFingerprint const& caller, MonotonicTime now);
    // Answered with data of these patients' compartments, each any number of times.
    void answered(CallerFingerprint const& caller, MonotonicTime now,
                  std::span<CompartmentId const> patients);

    [[nodiscard]] std::size_t callers() const noexcept;  // remembered
    // Forgotten within their hour, since the start: more than none means that counts may be low.
    [[nodiscard]] std::uint64_t forgotten() const noexcept;

private:
    struct Set {
        Mutex mutex;
        // Those with a window are the first ones.
        std::array<CallerFingerprint, limits::kRecentPlaces> callers SALUS_GUARDED_BY(mutex){};
        std::array<std::unique_ptr<RecentWindow>, limits::kRecentPlaces> windows
            SALUS_GUARDED_BY(mutex){};

        [[nodiscard]] RecentWindow* find(CallerFingerprint const& caller) SALUS_REQUIRES(mutex);
        // A place that is free or over, else the one with the least in it.
        [[nodiscard]] std::size_t place_for_another(Step now) SALUS_REQUIRES(mutex);
    };
    [[nodiscard]] Set& set_of(CallerFingerprint const& caller) noexcept;
    [[nodiscard]] RecentWindow& window_of(Set& set, CallerFingerprint const& caller, Step now)
        SALUS_REQUIRES(set.mutex);

    std::vector<Set> sets_;
    std::vector<std::uint32_t> patients_of_marks_;
    std::atomic<std::size_t> callers_{0};
    std::atomic<std::uint64_t> forgotten_{0};
};

}  // namespace salus::access_context
