// How a receiver of syslog stands. Values.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "foundation/literal.h"

namespace salus::syslog {

struct LogStatus {
    std::string origin;
    std::uint64_t size = 0;       // leaves that are durable
    std::uint64_t delivered = 0;  // of them, up to the last event that the receiver has read
    Literal began_anew{};         // why from the first leaf; empty: from a cursor
    Literal why{};                // it cannot be read; empty: it can
};

struct Status {
    std::vector<LogStatus> logs;
    std::chrono::nanoseconds lag{0};  // what was durable so long ago has been read, in every log
    bool is_alarming = false;         // the lag is longer than Pace::alarm_after
    std::uint64_t lost = 0;           // connections, each with something sent again
    Literal why{};                    // what failed; empty: nothing since a confirmation
};

}  // namespace salus::syslog
