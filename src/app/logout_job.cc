#include "app/logout_job.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kTryAgain = 1s;  // while something waits to be tried again
constexpr auto kLater = 1h;     // an ending wakes it

}  // namespace

LogoutJob::LogoutJob(pipeline::House const& house, LogoutSender const& sender)
    : house_(house), sender_(sender) {
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void LogoutJob::run(std::stop_token const& stop) {
    bool told_failure = false;
    while (!stop.stop_requested()) {
        bool const opened = open_tenants();
        if (!opened && !std::exchange(told_failure, true))
            house_.log.write(LogLevel::error, "oauth.logouts_not_read");
        bool const soon = !opened || tell_all(stop);
        // What comes before the tenants are open is in the store, which is read then.
        hand_out(house_.waiting_logouts->take(stop, soon ? kTryAgain : kLater));
    }
    tenants_.clear();
}

bool LogoutJob::open_tenants() {
    while (tenants_.size() < house_.tenants.size()) {
        auto made = TenantLogout::make(house_, *house_.tenants[tenants_.size()], sender_);
        if (!made) return false;
        tenants_.push_back(*std::move(made));
    }
    return true;
}

bool LogoutJob::tell_all(std::stop_token const& stop) {
    bool left = false;
    for (auto const& tenant : tenants_) left = tenant->tell(stop) || left;
    return left;
}

void LogoutJob::hand_out(identity::WaitingLogouts::Users const& users) {
    for (auto const& [name, user] : users) {
        for (std::size_t i = 0; i < tenants_.size(); ++i) {
            if (house_.tenants[i]->tenant.name == name) tenants_[i]->add(user);
        }
    }
}

}  // namespace salus::app
