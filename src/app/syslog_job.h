// Inside the room: the audit logs of all tenants to the configured receiver of syslog (AUD-8). A
// thread of its own that no request waits for. That the receiver is behind, and that it no longer
// is, become lines of the operational log and leaves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/instance.h"
#include "syslog/connection.h"
#include "syslog/sender.h"

namespace salus::app {

class SyslogJob {
public:
    // REQUIRES: a receiver is configured. Nothing, and `why`, when a certificate cannot be used.
    static std::unique_ptr<SyslogJob> start(Instance& instance, std::string& why);
    // What is left is sent, if the receiver was there; waits for it no longer than for one round.
    ~SyslogJob();
    SyslogJob(SyslogJob const&) = delete;
    SyslogJob& operator=(SyslogJob const&) = delete;

private:
    SyslogJob(Instance& instance, crypto::TlsPeer peer);
    void run(std::stop_token const& stop);
    // Whether the receiver took what there was; `more`: there is more.
    [[nodiscard]] bool round(std::stop_token const& stop, bool& more);
    void tell(syslog::Status const& status);
    void wait(std::stop_token const& stop, std::chrono::seconds time);

    Instance& instance_;
    syslog::Connection connection_;
    syslog::Sender sender_;
    unsigned failures_ = 0;  // rounds since the last that went well
    bool told_alarm_ = false;
    bool told_beginning_ = false;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
