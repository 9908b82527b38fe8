// How long declared emergencies have been in force, by the monotonic clock: one whose end is told
// by the wall clock alone would last longer when that is set back (AZ-1; 45 CFR 164.312(a)(2)(ii)).
// From its first sight in this process, which is the app's first token, an emergency has the time
// that it had left then; the wall clock can end it earlier. After a restart what is left by the
// wall clock counts anew. One for all event loops and tenants. Thread safety: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "foundation/clock.h"
#include "foundation/oauth_limits.h"
#include "foundation/thread_annotations.h"

namespace salus::authentication {

class EmergencyTimes {
public:
    explicit EmergencyTimes(std::size_t capacity = limits::kEmergenciesRemembered)
        : capacity_(capacity) {}

    // `grant`: the id of what the person allowed in it; `until`: as was declared. More of them than
    // the capacity, within a day, end by the wall clock alone.
    [[nodiscard]] bool is_over(std::string_view grant, WallTime until, Clock const& clock);

private:
    std::size_t const capacity_;
    Mutex mutex_;
    std::unordered_map<std::string, MonotonicTime> ends_ SALUS_GUARDED_BY(mutex_);  // by grant
};

}  // namespace salus::authentication
