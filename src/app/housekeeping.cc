#include "app/housekeeping.h"

#include <condition_variable>
#include <mutex>

#include "app/kernel_clock.h"
#include "app/record_leaf.h"
#include "audit/leaf.h"
#include "foundation/blocking.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kKeyInterval = 5s;
constexpr int kKeyIntervalsOfAMinute = 12;

// A leaf of the process itself, without a caller.
void record(request::Tenant const& tenant, audit::LeafBuilder leaf) {
    // A log that cannot be written refuses every request; there is nobody else to tell here.
    static_cast<void>(record_leaf(tenant.audit_log, tenant.name, std::move(leaf)));
}

// In every state of the log, and without waiting for the mirror: nobody's answer depends on it, and
// it goes there with the next leaf that somebody waits for.
void record_in_every_state(Instance& instance, auto const& make_leaf) {
    for (auto const& [tenant, log] : instance.signed_logs()) {
        static_cast<void>(record_leaf(log->unguarded(), tenant, make_leaf()));
    }
}

void record_configuration(Instance& instance, audit::Event event, std::string const& hash) {
    record_in_every_state(instance, [&] {
        audit::LeafBuilder leaf(event, audit::Outcome::ok);
        leaf.key_operation({.operation = "configuration",
                            .proposal = hash,
                            .proposer = {},
                            .approvers = {},
                            .voter = {},
                            .decision = {}});
        return leaf;
    });
}

// With the hash of salus.toml: its schedule of rotations is an order that stands, and whoever
// changes it is not asked again (KEY-1). Where it is another than at the last start, that is an
// event of its own (AUD-1).
void record_start(Instance& instance) {
    auto const hash = to_hex(crypto::sha256(bytes_of(instance.configuration().text)));
    record_configuration(instance, audit::Event::start, hash);
    auto const file = Layout{instance.configuration().directory}.last_configuration();
    auto const before = read_file(file, hash.size());
    if (before && text_of(*before) == hash) return;
    if (before) record_configuration(instance, audit::Event::configuration_changed, hash);
    if (write_file_durably(file, bytes_of(hash), FileAccess::private_to_owner)) return;
    // The next start records the change once more.
    instance.log().write(LogLevel::warning, "configuration.not_noted");
}

}  // namespace

Housekeeping::Housekeeping(Instance& instance, http::Server const& server)
    : instance_(instance), server_(server) {
    record_start(instance_);
    watch_kernel_clock();
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

Housekeeping::~Housekeeping() {
    thread_.request_stop();
    thread_.join();
    record_refused();
    record_in_every_state(
        instance_, [] { return audit::LeafBuilder(audit::Event::stop, audit::Outcome::ok); });
}

void Housekeeping::watch_kernel_clock() {
    auto const kernel = read_kernel_clock();
    bool const synchronized = kernel && kernel->synchronized;
    if (synchronized_ == synchronized) return;
    synchronized_ = synchronized;
    for (auto const& tenant : instance_.house().tenants) {
        audit::LeafBuilder leaf(audit::Event::clock,
                                synchronized ? audit::Outcome::ok : audit::Outcome::error);
        leaf.reason(synchronized ? Literal("synchronized") : Literal("not synchronized"));
        if (kernel) leaf.number("largest_error", kernel->largest_error.count());
        record(tenant->tenant, std::move(leaf));
    }
    instance_.log().write(synchronized ? LogLevel::info : LogLevel::warning, "clock.kernel",
                          field("synchronized", synchronized));
}

void Housekeeping::record_refused() {
    auto const refused = server_.statistics().requests_refused;
    if (refused <= refused_recorded_) return;
    audit::LeafBuilder leaf(audit::Event::denied, audit::Outcome::denied);
    leaf.reason("requests that were not acceptable HTTP");
    leaf.number("requests", static_cast<std::int64_t>(refused - refused_recorded_));
    record(instance_.house().tenants.front()->tenant, std::move(leaf));
    refused_recorded_ = refused;
}

// With the time of the last cosignature: the mirror's clock beside ours, of which the end of
// retention is judged (AUD-6).
void Housekeeping::record_heartbeats() {
    for (auto const& [tenant, log] : instance_.signed_logs()) {
        audit::LeafBuilder leaf(audit::Event::heartbeat, audit::Outcome::ok);
        auto const cosigning = log->cosigning();
        if (cosigning && cosigning->at != WallTime{})
            leaf.number("cosigned", to_unix_seconds(cosigning->at));
        static_cast<void>(record_leaf(*log, tenant, std::move(leaf)));
    }
}

void Housekeeping::each_minute() {
    record_heartbeats();
    watch_kernel_clock();
    record_refused();
    for (auto const& tenant : instance_.house().tenants) {
        // A patient index that is not made now is made when it is asked for.
        if (tenant->audit_trail->catch_up()) continue;
        instance_.log().write(LogLevel::error, "audit.patient_index_failed");
    }
    BlockingExecutor executor;
    auto& store = instance_.house().tenants.front()->tenant.store;
    auto const now = to_unix_seconds(instance_.clock().now());
    auto const expired = executor.run(store.expire(now, executor));
    if (!expired) instance_.log().write(LogLevel::error, "store.expire_failed");
}

void Housekeeping::run(std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wait;
    for (int i = 1; !stop.stop_requested(); ++i) {
        std::unique_lock lock(mutex);
        wait.wait_for(lock, stop, kKeyInterval, [] { return false; });
        if (stop.stop_requested()) return;
        for (auto const& tenant : instance_.house().tenants) {
            tenant->tenant.keyring.forget_expired();
        }
        instance_.house().index_cache.forget_expired();
        if (i % kKeyIntervalsOfAMinute == 0) each_minute();
    }
}

}  // namespace salus::app
