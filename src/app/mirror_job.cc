#include "app/mirror_job.h"

#include <algorithm>
#include <condition_variable>

#include "app/mirror_link.h"
#include "app/parent_job.h"
#include "app/signing_leaf.h"
#include "mirror/home.h"

namespace salus::app {
namespace {

using transparency::SigningState;

constexpr std::chrono::milliseconds kPauseMost{60'000};
constexpr unsigned kDoublingsMost = 6;

Literal name_of_mirror_state(SigningState state) {
    switch (state) {
        case SigningState::ok: return "mirror OK";
        case SigningState::degraded: return "mirror DEGRADED";
        case SigningState::closed: return "mirror CLOSED";
    }
    return {};
}

}  // namespace

std::unique_ptr<MirrorJob> MirrorJob::start(Instance& instance,
                                            std::vector<LogOfTenant> const& logs,
                                            std::string& why) {
    auto const& configuration = instance.configuration();
    auto const& mirror = *configuration.audit.mirror;
    auto options = mirror_client_options(mirror, why);
    if (!options) return nullptr;
    auto const key = mirror::read_mirror_key(mirror.key);
    if (!key) {
        why = "audit.mirror.key: " + std::string(key.error().why.text());
        return nullptr;
    }
    bool const needs_module = configuration.crypto.fips == CryptoConfiguration::Fips::require;
    if (needs_module && key->is_ed25519()) {
        why =
            "audit.mirror.key is Ed25519, which the required FIPS provider has not: the mirror "
            "needs a key of P-256 (`salus mirror init --algorithm p256`)";
        return nullptr;
    }
    std::unique_ptr<MirrorJob> job(new MirrorJob(instance, *std::move(options)));
    for (auto const& log : logs) {
        auto patience = mirror.patience;
        bool const is_parent = log.tenant == parent_log_name();
        // Each tenant's log is mirrored for itself; that the parent is not, people look at.
        if (is_parent) patience.closes_when_late = false;
        auto sender = std::make_shared<mirror::Sender>(
            Layout{configuration.directory}.audit(log.tenant),
            audit_origin(configuration.realm, log.tenant), *log.publisher, *key, instance.clock(),
            patience, log.replication);
        log.log.watch(std::shared_ptr<transparency::Cosigning const>(sender));
        job->logs_.push_back({log.tenant, log.log, std::move(sender), is_parent});
    }
    job->thread_ = std::jthread([&self = *job](std::stop_token const& stop) { self.run(stop); });
    return job;
}

MirrorJob::~MirrorJob() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake();
    thread_.join();
    // Once more, so that what was published last is cosigned.
    static_cast<void>(send_all());
}

void MirrorJob::wake() {
    MutexLock const lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
}

void MirrorJob::wait_for_first_round(std::chrono::milliseconds most) {
    auto const deadline = std::chrono::steady_clock::now() + most;
    MutexLock const lock(mutex_);
    while (!first_done_) {
        if (changed_.wait_until(mutex_, deadline) == std::cv_status::timeout) break;
    }
}

// Twice as long after each failure, up to a minute or the interval, whichever is longer.
std::chrono::milliseconds MirrorJob::pause() const {
    std::chrono::milliseconds const interval = instance_.configuration().audit.interval;
    auto const doubled = interval * (1U << std::min(failures_, kDoublingsMost));
    return std::min(doubled, std::max(interval, kPauseMost));
}

void MirrorJob::run(std::stop_token const& stop) {
    {
        // The first round is one of something: of what was published first.
        MutexLock const lock(mutex_);
        while (!wanted_) changed_.wait(mutex_);
        wanted_ = false;
    }
    while (!stop.stop_requested()) {
        failures_ = send_all() ? 0 : failures_ + 1;
        auto const next = std::chrono::steady_clock::now() + pause();
        MutexLock const lock(mutex_);
        first_done_ = true;
        changed_.notify_all();
        // After a failure the pause is kept, whatever is new.
        while (!stop.stop_requested() && (!wanted_ || failures_ > 0)) {
            if (changed_.wait_until(mutex_, next) == std::cv_status::timeout) break;
        }
        wanted_ = false;
    }
}

// Whether the mirror answered for all tenants: a finding is an answer. One that was not told of the
// parent log yet delays nothing.
bool MirrorJob::send_all() {
    bool answered = true;
    for (auto& sending : logs_) {
        auto const sent = sending.sender->send(connection_);
        if (!sent) {
            bool const is_answer = sent.error().code == Errc::corrupt || sending.is_parent;
            answered = answered && is_answer;
            instance_.log().write(LogLevel::warning, "audit.not_cosigned",
                                  field("tenant", sending.tenant), field("why", sent.error().why));
        }
        tell(sending);
    }
    return answered;
}

void MirrorJob::tell(Sending& sending) {
    auto const status = sending.sender->status();
    bool const alarming = sending.sender->is_alarming();
    if (alarming && !sending.told_alarm) {
        instance_.log().write(LogLevel::error, "audit.mirror_alarm",
                              field("tenant", sending.tenant), field("why", status.why));
    }
    sending.told_alarm = alarming;
    if (status.state == sending.told) return;
    sending.told = status.state;
    bool const well = status.state == SigningState::ok;
    instance_.log().write(
        well ? LogLevel::info : LogLevel::error, "audit.mirror", field("tenant", sending.tenant),
        field("state", name_of_mirror_state(status.state)), field("why", status.why));
    record_signing_state(sending.log.unguarded(), sending.tenant,
                         name_of_mirror_state(status.state),
                         well ? audit::Outcome::ok : audit::Outcome::error, status.size);
}

}  // namespace salus::app
