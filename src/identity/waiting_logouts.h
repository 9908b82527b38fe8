// Of which users clients have to be told something (logout_notice.h): the news from the event loops
// that committed an ending to the thread that tells. What is here is lost when the process ends;
// what it is about is in the store, where the next process looks for it. Thread safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <set>
#include <stop_token>
#include <utility>

#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::identity {

class WaitingLogouts {
public:
    using Users = std::set<std::pair<TenantName, UserId>>;

    // After the ending is durable.
    void add(TenantName const& tenant, UserId const& user);
    // Those that came since the last call. When there are none, it waits for one, for no longer
    // than this.
    [[nodiscard]] Users take(std::stop_token const& stop, std::chrono::milliseconds time);

private:
    Mutex mutex_;
    std::condition_variable_any came_;
    Users users_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::identity
