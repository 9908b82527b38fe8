// The door of a mirror: a client that is pinned comes in for its own logs alone. Whoever has one
// server's key can then do nothing to the log of another (AUD-4). Thread safety: any thread.
#pragma once

#include <optional>
#include <set>
#include <utility>

#include "foundation/thread_annotations.h"
#include "mirror/alarm.h"
#include "mirror/client_logs.h"

namespace salus::mirror {

class Door {
public:
    // Alarms outlive this.
    Door(ClientLogs logs, Alarms& alarms) : logs_(std::move(logs)), alarms_(alarms) {}

    // `client`: the key that was shown, if one was. Errc::not_found: nobody sends such a log here;
    // Errc::forbidden: another client does, and the alarm was raised, once for each client and log.
    [[nodiscard]] Result<void> admit(std::optional<crypto::Sha256Digest> const& client,
                                     std::string_view origin);
    // Of whom TLS asks for the key.
    [[nodiscard]] std::vector<crypto::Sha256Digest> clients() const { return logs_.clients(); }

private:
    ClientLogs const logs_;
    Alarms& alarms_;
    Mutex mutex_;
    // Bounded by the clients and the logs that the operator added.
    std::set<std::pair<crypto::Sha256Digest, std::string>> told_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::mirror
