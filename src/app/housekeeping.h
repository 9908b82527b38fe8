// Housekeeping: what must happen from time to time while an instance serves. Cached keys are
// forgotten when their time is over (KEY-5), short-lived documents vanish, each audit log gets a
// heartbeat, so that silence is a signal, and requests that were not even HTTP are recorded by
// number (AUD-1: they have no caller and no target, and a flood of them must not become a flood of
// leaves).
#pragma once

#include <optional>
#include <thread>
#include <vector>

#include "app/instance.h"
#include "http/server.h"

namespace salus::app {

class Housekeeping {
public:
    // Borrows both; records that the server started. Its own thread until it dies, when it records
    // that the server stopped.
    Housekeeping(Instance& instance, http::Server const& server);
    ~Housekeeping();
    Housekeeping(Housekeeping const&) = delete;
    Housekeeping& operator=(Housekeeping const&) = delete;

private:
    void run(std::stop_token const& stop);
    void each_minute();
    void record_heartbeats();
    // What the server refused before it was a request, by number, since this was last called.
    void record_refused();
    // A leaf when the kernel's clock is synchronized or no longer is; at start in any case (AUD-5).
    void watch_kernel_clock();

    Instance& instance_;
    http::Server const& server_;
    std::uint64_t refused_recorded_ = 0;
    std::optional<bool> synchronized_;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
