#include "identity/waiting_logouts.h"

namespace salus::identity {

void WaitingLogouts::add(TenantName const& tenant, UserId const& user) {
    {
        MutexLock const lock(mutex_);
        users_.emplace(tenant, user);
    }
    came_.notify_one();
}

WaitingLogouts::Users WaitingLogouts::take(std::stop_token const& stop,
                                           std::chrono::milliseconds time) {
    // A stop wakes whoever waits: the lock is taken so that it cannot come between look and wait.
    std::stop_callback const wake(stop, [this] {
        MutexLock const lock(mutex_);
        came_.notify_all();
    });
    auto const deadline = std::chrono::steady_clock::now() + time;
    MutexLock const lock(mutex_);
    while (users_.empty() && !stop.stop_requested()) {
        if (came_.wait_until(mutex_, deadline) == std::cv_status::timeout) break;
    }
    return std::exchange(users_, {});
}

}  // namespace salus::identity
