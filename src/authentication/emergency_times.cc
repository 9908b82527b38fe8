#include "authentication/emergency_times.h"

#include <utility>

namespace salus::authentication {

bool EmergencyTimes::is_over(std::string_view grant, WallTime until, Clock const& clock) {
    auto const now = clock.now();
    if (now >= until) return true;
    auto const monotonic = clock.monotonic();
    MutexLock const lock(mutex_);
    // Those that ended are kept for as long as their session can be: seen again, they would begin
    // anew.
    if (ends_.size() >= capacity_) {
        std::erase_if(ends_, [monotonic](auto const& each) {
            return monotonic >= each.second + limits::kEmergencyRemembered;
        });
    }
    std::string name(grant);
    auto const known = ends_.find(name);
    if (known != ends_.end()) return monotonic >= known->second;
    if (ends_.size() < capacity_) ends_.emplace(std::move(name), monotonic + (until - now));
    return false;
}

}  // namespace salus::authentication
