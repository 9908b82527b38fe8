// How a receiver of syslog is treated, as the operator says. Values.
#pragma once

#include <chrono>

namespace salus::syslog {

// What counts as having read all. An end of TCP alone can be made by anybody on the network path;
// some receivers (GnuTLS in rsyslog) give no other.
enum class Confirmation { close_notify, close };

struct Pace {
    std::chrono::seconds confirm_after{10};  // that a connection carries messages
    std::chrono::seconds alarm_after{60};    // the operator is told
};

}  // namespace salus::syslog
