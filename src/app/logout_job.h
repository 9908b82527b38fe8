// LogoutJob: the thread that tells clients that sessions ended while the instance serves
// (tenant_logout.h). No request waits for it.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "app/tenant_logout.h"

namespace salus::app {

class LogoutJob {
public:
    // Borrows both. Its end waits for the message that is under way.
    LogoutJob(pipeline::House const& house, LogoutSender const& sender);
    LogoutJob(LogoutJob const&) = delete;
    LogoutJob& operator=(LogoutJob const&) = delete;

private:
    void run(std::stop_token const& stop);
    // Nothing while a tenant cannot be opened.
    [[nodiscard]] bool open_tenants();
    // Whether anything waits to be tried again.
    [[nodiscard]] bool tell_all(std::stop_token const& stop);
    void hand_out(identity::WaitingLogouts::Users const& users);

    pipeline::House const& house_;
    LogoutSender const& sender_;
    std::vector<std::unique_ptr<TenantLogout>> tenants_;  // of the thread, as the house's
    std::jthread thread_;                                 // last: it uses what stands above
};

}  // namespace salus::app
