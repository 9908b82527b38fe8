// AccessContext: the circumstances of each request (AZ-3; the ground of API-7). The pipeline calls
// observe() between classify and decide, and answered() when the request is over.
//
// The address is that of the connection (http::Peer), never what a header says: X-Forwarded-For and
// Forwarded can be written by anybody. Behind a proxy that ends the connection all clients have
// the proxy's address.
// Thread safety: any thread. observe() and answered() take short locks, allocate nothing once a
// caller is known, and read no file and no clock; reload() reads files and belongs on a thread that
// may wait.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "access_context/recent_behaviour.h"
#include "access_context/settings.h"
#include "access_context/sources.h"
#include "foundation/clock.h"
#include "foundation/log.h"
#include "foundation/thread_annotations.h"
#include "request/access_facts.h"
#include "request/exchange.h"

namespace salus::access_context {

// For `salus check`.
struct State {
    RangeCounts ranges;
    std::optional<WallTime> geography_built;  // nothing: no database
    std::size_t callers = 0;                  // whose recent behaviour is remembered
    std::uint64_t callers_forgotten = 0;      // within their hour: counts may be low
    bool reload_failed = false;               // what was read before still counts
};

class AccessContext {
public:
    // A file that is broken is a Fault: nothing may start with half of its rules. `key`: random,
    // of this process.
    static Loaded<std::unique_ptr<AccessContext>> make(Settings settings, FingerprintKey key);

    // Counts the request for its caller, if it is known (`exchange.facts.caller`). `device`: what
    // the caller's token says. REQUIRES: exchange.tenant is set.
    [[nodiscard]] request::AccessFacts observe(request::Exchange const& exchange,
                                               request::DevicePosture const& device);
    // In the time zone that the tenant has now.
    [[nodiscard]] request::LocalTime local(TenantName const& tenant, WallTime time) const {
        return sources()->local(tenant, time);
    }
    // It was refused, or answered with what it touched (`exchange.facts`). Once for each observe().
    void answered(request::Exchange const& exchange, bool refused);

    // Reads the files anew. All of it counts from then on, or, where something is wrong, nothing:
    // the old goes on, the log says which file and line, and the alarm is on until a reload works.
    Loaded<void> reload(Log const& log);
    [[nodiscard]] std::atomic<bool> const& alarm() const noexcept { return reload_failed_; }

    [[nodiscard]] State state() const;

private:
    using Pointer = std::shared_ptr<Sources const>;
    AccessContext(Settings settings, FingerprintKey key, Pointer sources)
        : settings_(std::move(settings)), key_(key), sources_(std::move(sources)) {}
    [[nodiscard]] Pointer sources() const;
    [[nodiscard]] CallerFingerprint fingerprint_of(request::CallerFacts const& caller) const;

    Settings settings_;
    FingerprintKey key_;
    RecentBehaviour recent_;
    std::atomic<bool> reload_failed_{false};
    mutable Mutex mutex_;
    Pointer sources_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::access_context
