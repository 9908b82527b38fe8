#include "app/syslog_job.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <sys/resource.h>

#include "app/record_leaf.h"
#include "app/tls_link.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kSendInterval = 1s;
constexpr auto kReceiverPauseMost = 60s;
constexpr unsigned kReceiverDoublings = 6;
constexpr int kLowPriority = 10;

std::vector<std::unique_ptr<syslog::Feed>> feeds_of(Instance const& instance) {
    Layout const layout{instance.configuration().directory};
    std::vector<std::unique_ptr<syslog::Feed>> feeds;
    for (auto const& tenant : instance.house().tenants) {
        auto const& name = tenant->tenant.name;
        feeds.push_back(std::make_unique<syslog::Feed>(
            *tenant->audit_trail, audit_origin(instance.configuration().realm, name),
            layout.syslog_cursor(name)));
    }
    return feeds;
}

}  // namespace

SyslogJob::SyslogJob(Instance& instance, crypto::TlsPeer peer)
    : instance_(instance),
      connection_(std::move(peer), instance.configuration().audit.syslog->link.timeout,
                  instance.configuration().audit.syslog->confirmation),
      sender_(feeds_of(instance), instance.clock(), instance.configuration().audit.syslog->pace) {}

std::unique_ptr<SyslogJob> SyslogJob::start(Instance& instance, std::string& why) {
    auto const& configured = *instance.configuration().audit.syslog;
    auto peer = tls_peer(configured.link, "audit.syslog", why);
    if (!peer) return nullptr;
    peer->application = crypto::TlsApplication::syslog;
    peer->silence_most =
        std::max(1s, std::chrono::duration_cast<std::chrono::seconds>(configured.link.timeout));
    auto const cursors = Layout{instance.configuration().directory}.syslog();
    if (!make_private_directory(cursors)) {
        why = "the directory syslog/ cannot be made";
        return nullptr;
    }
    std::unique_ptr<SyslogJob> job(new SyslogJob(instance, *std::move(peer)));
    job->thread_ = std::jthread([&self = *job](std::stop_token const& stop) { self.run(stop); });
    return job;
}

SyslogJob::~SyslogJob() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    bool more = false;
    if (failures_ > 0 || !round({}, more)) return;
    if (sender_.settle(connection_)) return;
    instance_.log().write(LogLevel::warning, "audit.syslog_not_confirmed");
}

void SyslogJob::wait(std::stop_token const& stop, std::chrono::seconds time) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, time, [] { return false; });
}

void SyslogJob::run(std::stop_token const& stop) {
    // Of this thread alone (setpriority(2), "C library/kernel differences"): a long log that is
    // sent for the first time is behind every request. If the kernel refuses, it competes.
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, kLowPriority));
    while (!stop.stop_requested()) {
        bool more = false;
        failures_ = round(stop, more) ? 0 : failures_ + 1;
        if (more) continue;
        auto const doubled = kSendInterval * (1U << std::min(failures_, kReceiverDoublings));
        wait(stop, failures_ == 0 ? kSendInterval : std::min(doubled, kReceiverPauseMost));
    }
}

bool SyslogJob::round(std::stop_token const& stop, bool& more) {
    auto const done = sender_.round(connection_, stop);
    more = done.value_or(false);
    if (!done && failures_ == 0) {
        instance_.log().write(LogLevel::warning, "audit.syslog_failed",
                              field("why", done.error().why));
    }
    auto status = sender_.status();
    tell(status);
    instance_.syslog_state().keep(std::move(status));
    return done.has_value();
}

void SyslogJob::tell(syslog::Status const& status) {
    auto const& tenants = instance_.house().tenants;
    for (std::size_t i = 0; !told_beginning_ && i < tenants.size(); ++i) {
        instance_.log().write(
            LogLevel::info, "audit.syslog_begins", field("tenant", tenants[i]->tenant.name),
            field("delivered", status.logs[i].delivered), field("anew", status.logs[i].began_anew));
    }
    told_beginning_ = true;
    if (status.is_alarming == told_alarm_) return;
    told_alarm_ = status.is_alarming;
    auto const lag = std::chrono::duration_cast<std::chrono::milliseconds>(status.lag);
    instance_.log().write(told_alarm_ ? LogLevel::error : LogLevel::info, "audit.syslog",
                          field("late", told_alarm_), field("lag_ms", lag),
                          field("why", status.why));
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        audit::LeafBuilder leaf(audit::Event::delivery,
                                told_alarm_ ? audit::Outcome::error : audit::Outcome::ok);
        leaf.reason(told_alarm_ ? Literal("syslog late") : Literal("syslog delivered"));
        leaf.number("delivered", static_cast<std::int64_t>(status.logs[i].delivered));
        // A log that cannot be written refuses every request; there is nobody else to tell here.
        static_cast<void>(
            record_leaf(tenants[i]->tenant.audit_log, tenants[i]->tenant.name, std::move(leaf)));
    }
}

}  // namespace salus::app
