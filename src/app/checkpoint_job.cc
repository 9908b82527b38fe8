#include "app/checkpoint_job.h"

#include <condition_variable>

#include "app/signing_leaf.h"
#include "app/unix_user.h"
#include "transparency/keyed_signer.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
using transparency::SigningState;

constexpr auto kSignerPatience = 2000ms;                // for each step of one signature
constexpr auto kFirstRound = 3s;                        // that a start waits for
constexpr auto kSoon = std::chrono::milliseconds(200);  // to a signer that is just starting
constexpr int kKeyLooks = 25;

Literal name_of(SigningState state) {
    switch (state) {
        case SigningState::ok: return "OK";
        case SigningState::degraded: return "DEGRADED";
        case SigningState::closed: return "CLOSED";
    }
    return {};
}

// A signer that has just been started for the first time makes its key.
Result<crypto::VerifyingKey> wait_for_key(std::filesystem::path const& file) {
    auto key = transparency::read_public_key(file);
    for (int look = 0; !key && look < kKeyLooks; ++look) {
        std::this_thread::sleep_for(kSoon);
        key = transparency::read_public_key(file);
    }
    return key;
}

}  // namespace

CheckpointJob::CheckpointJob(Instance& instance, uid_t signer_user)
    : instance_(instance),
      signer_(instance.configuration().audit.socket, signer_user, kSignerPatience) {}

std::unique_ptr<CheckpointJob> CheckpointJob::start(Instance& instance, std::string& why) {
    auto const user = user_id(instance.configuration().audit.signer_user);
    if (!user) {
        why = "audit.signer_user: there is no such user";
        return nullptr;
    }
    std::unique_ptr<CheckpointJob> job(new CheckpointJob(instance, *user));
    if (!job->add_logs(why) || !job->add_mirror(why)) return nullptr;
    job->thread_ = std::jthread([&self = *job](std::stop_token const& stop) { self.run(stop); });
    job->wait_for_first_round();
    return job;
}

void CheckpointJob::wait_for_first_round() {
    auto const deadline = std::chrono::steady_clock::now() + kFirstRound;
    {
        MutexLock const lock(mutex_);
        while (!first_done_) {
            if (changed_.wait_until(mutex_, deadline) == std::cv_status::timeout) break;
        }
    }
    if (mirror_) mirror_->wait_for_first_round(kFirstRound);
}

bool CheckpointJob::add_mirror(std::string& why) {
    if (!instance_.configuration().audit.mirror) return true;
    std::vector<MirrorJob::LogOfTenant> logs;
    logs.reserve(logs_.size() + 1);
    auto const& replications = instance_.replications();
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        auto const& [tenant, log, publisher, told] = logs_[i];
        logs.push_back({tenant, log, publisher, replications.empty() ? nullptr : replications[i]});
    }
    logs.push_back({parent_log_name(), parent_->log(), parent_->publisher(), nullptr});
    mirror_ = MirrorJob::start(instance_, logs, why);
    return mirror_ != nullptr;
}

bool CheckpointJob::add_logs(std::string& why) {
    auto const& configuration = instance_.configuration();
    auto const key = wait_for_key(configuration.audit.signer_key);
    if (!key) {
        why = "audit.signer_key: " + std::string(key.error().why.text());
        return false;
    }
    parent_ = ParentJob::open(instance_, signer_, *key, why);
    if (parent_ == nullptr) return false;
    for (auto& [tenant, log] : instance_.signed_logs()) {
        auto verifier =
            transparency::NoteVerifier::make(audit_origin(configuration.realm, tenant), *key);
        if (!verifier) {
            why = "audit.signer_key: " + std::string(verifier.error().why.text());
            return false;
        }
        auto publisher = std::make_shared<transparency::Publisher>(
            Layout{configuration.directory}.audit(tenant), log->unguarded(), signer_,
            *std::move(verifier), instance_.clock(), configuration.audit.patience);
        log->watch(std::shared_ptr<transparency::Publisher const>(publisher));
        parent_->add(tenant, *log, publisher);
        logs_.push_back({tenant, *log, std::move(publisher)});
    }
    return true;
}

CheckpointJob::~CheckpointJob() {
    thread_.request_stop();
    publish_now();
    if (thread_.joinable()) thread_.join();
    if (parent_ != nullptr) static_cast<void>(publish_all(true));
    mirror_.reset();  // after a round of what was signed just now
}

void CheckpointJob::publish_now() {
    MutexLock const lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
}

void CheckpointJob::run(std::stop_token const& stop) {
    auto const begin = std::chrono::steady_clock::now();
    bool at_once = true;
    while (!stop.stop_requested()) {
        bool const done = publish_all(at_once);
        auto const now = std::chrono::steady_clock::now();
        MutexLock const lock(mutex_);
        // A signer that is just starting is asked again soon.
        first_done_ = first_done_ || done || now - begin >= kFirstRound;
        changed_.notify_all();
        auto const next = now + (first_done_ ? instance_.configuration().audit.interval : kSoon);
        while (!wanted_ && !stop.stop_requested()) {
            if (changed_.wait_until(mutex_, next) == std::cv_status::timeout) break;
        }
        at_once = std::exchange(wanted_, false);
    }
}

bool CheckpointJob::publish_all(bool at_once) {
    bool done = true;
    for (auto& of_tenant : logs_) {
        auto const published = of_tenant.publisher->publish();
        if (!published) {
            done = done && published.error().code == Errc::corrupt;
            instance_.log().write(LogLevel::warning, "audit.not_signed",
                                  field("tenant", of_tenant.tenant),
                                  field("why", published.error().why));
        }
        tell(of_tenant);
    }
    done = parent_->round(at_once) && done;
    if (mirror_) mirror_->wake();
    return done;
}

void CheckpointJob::tell(LogOfTenant& of_tenant) {
    auto const status = of_tenant.publisher->status();
    if (status.state == of_tenant.told) return;
    of_tenant.told = status.state;
    auto const state = name_of(status.state);
    bool const well = status.state == SigningState::ok;
    instance_.log().write(well ? LogLevel::info : LogLevel::error, "audit.signing",
                          field("tenant", of_tenant.tenant), field("state", state),
                          field("why", status.why));
    record_signing_state(of_tenant.log.unguarded(), of_tenant.tenant, state,
                         well ? audit::Outcome::ok : audit::Outcome::error, status.head.size);
}

}  // namespace salus::app
