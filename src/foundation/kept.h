// One document of somebody else's: kept for as long as its server says, within bounds, and longer
// when nobody answers; fetched by one thread at a time, with a pause between two attempts. Thread
// safety: any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/thread_annotations.h"

namespace salus {

struct KeptTimes {
    std::chrono::seconds usual;  // where the server does not say
    std::chrono::seconds shortest;
    std::chrono::seconds longest;
    std::chrono::seconds life;   // when nobody answers
    std::chrono::seconds pause;  // between two attempts
};

template <class T>
class Kept {
public:
    using Pointer = std::shared_ptr<T const>;
    struct Fetched {
        Pointer value;
        std::optional<std::chrono::seconds> max_age;  // nothing: the server does not say
    };

    struct Look {
        Pointer value;         // nullptr: none that counts
        bool fresh = false;    // within what its server said
        bool may_try = false;  // a fetch would be one
    };

    // Borrows the clock.
    Kept(Clock const& clock, KeptTimes times) : clock_(clock), times_(times) {}

    // Does not wait.
    [[nodiscard]] Look look() {
        MutexLock const lock(mutex_);
        return {.value = counted(), .fresh = is_fresh(), .may_try = may_try()};
    }
    // nullptr: none that counts. Does not wait.
    [[nodiscard]] Pointer find() { return look().value; }
    // One that counts, and another than `but_not` if a fetch brings it. `fetch` gives a
    // Result<Fetched>, and is called where it may help. Errors are its own; Errc::unavailable:
    // it failed a moment ago. Blocks.
    template <class Fetch>
    [[nodiscard]] Result<Pointer> get(Pointer const& but_not, Fetch const& fetch) {
        MutexLock const fetching(fetching_);
        {
            MutexLock const lock(mutex_);
            auto known = counted();
            if (known != nullptr && known != but_not && is_fresh()) return known;
            if (!may_try()) return or_unavailable(std::move(known));
            tried_ = clock_.monotonic();
        }
        Result<Fetched> fetched = fetch();
        MutexLock const lock(mutex_);
        failed_ = !fetched.has_value();
        if (!fetched) {
            auto known = counted();
            if (known == nullptr) return fail(fetched.error());
            return known;
        }
        value_ = std::move(fetched->value);
        fetched_ = clock_.monotonic();
        fresh_ =
            std::clamp(fetched->max_age.value_or(times_.usual), times_.shortest, times_.longest);
        return value_;
    }

private:
    [[nodiscard]] bool is_fresh() const SALUS_REQUIRES(mutex_) {
        return value_ != nullptr && clock_.monotonic() - fetched_ < fresh_;
    }
    [[nodiscard]] Pointer counted() const SALUS_REQUIRES(mutex_) {
        if (value_ == nullptr) return nullptr;
        bool const stands = is_fresh() || (failed_ && clock_.monotonic() - fetched_ < times_.life);
        return stands ? value_ : nullptr;
    }
    [[nodiscard]] bool may_try() const SALUS_REQUIRES(mutex_) {
        return !tried_ || clock_.monotonic() - *tried_ >= times_.pause;
    }
    [[nodiscard]] static Result<Pointer> or_unavailable(Pointer known) {
        if (known == nullptr) return fail(Errc::unavailable, "nobody answered a moment ago");
        return known;
    }

    Clock const& clock_;
    KeptTimes const times_;
    Mutex fetching_;  // held by the thread that fetches; taken before mutex_
    Mutex mutex_;
    Pointer value_ SALUS_GUARDED_BY(mutex_);
    MonotonicTime fetched_ SALUS_GUARDED_BY(mutex_){};
    std::chrono::seconds fresh_ SALUS_GUARDED_BY(mutex_){0};
    std::optional<MonotonicTime> tried_ SALUS_GUARDED_BY(mutex_);
    bool failed_ SALUS_GUARDED_BY(mutex_) = false;
};

}  // namespace salus
