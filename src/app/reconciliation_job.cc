#include "app/reconciliation_job.h"

#include <sys/resource.h>

#include "app/record_leaf.h"
#include "audit/leaf.h"
#include "store/embedded/embedded_digests.h"

namespace salus::app {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Leaves of findings that one reconciliation makes: enough to begin with, and no flood.
constexpr std::size_t kFindingsRecorded = 100;
constexpr int kLowestPriority = 19;

// A log that cannot be written refuses every request; there is nobody else to tell here.
void append(request::Tenant const& tenant, audit::LeafBuilder leaf) {
    static_cast<void>(record_leaf(tenant.audit_log, tenant.name, std::move(leaf)));
}

std::int64_t signed_count(std::uint64_t count) {
    return static_cast<std::int64_t>(count);
}

}  // namespace

ReconciliationJob::ReconciliationJob(Instance& instance) : instance_(instance) {
    if (instance.configuration().audit.reconcile_interval.count() == 0) return;
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void ReconciliationJob::run(std::stop_token const& stop) {
    // Of this thread alone (setpriority(2), "C library/kernel differences"). It only yields: if the
    // kernel refuses, it competes.
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, kLowestPriority));
    while (!stop.stop_requested()) {
        reconcile_once(stop);
        auto const next =
            std::chrono::steady_clock::now() + instance_.configuration().audit.reconcile_interval;
        MutexLock const lock(mutex_);
        while (!wanted_ && !stop.stop_requested()) {
            if (changed_.wait_until(mutex_, next) == std::cv_status::timeout) break;
        }
        wanted_ = false;
    }
}

ReconciliationJob::~ReconciliationJob() {
    thread_.request_stop();
    reconcile_now();  // wakes it, so that it sees that it is to stop
}

void ReconciliationJob::reconcile_now() {
    MutexLock const lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
}

Result<reconciliation::Report> ReconciliationJob::reconcile(std::stop_token const& stop) const {
    Layout const layout{instance_.configuration().directory};
    std::vector<reconciliation::LogOfStore> logs;
    for (auto const& tenant : instance_.house().tenants) {
        logs.push_back({.directory = layout.audit(tenant->tenant.name),
                        .settled_before = tenant->tenant.audit_log.status().size});
    }
    SALUS_TRY(auto const rows, store::open_embedded_digests(layout.store()));
    return reconciliation::reconcile(*rows, logs, audit::Writer::running, layout.run(), stop);
}

void ReconciliationJob::reconcile_once(std::stop_token const& stop) {
    auto const& clock = instance_.clock();
    auto const began = clock.monotonic();
    auto const made = reconcile(stop);
    if (stop.stop_requested()) return;
    reconciliation::Report const report = made ? *made : reconciliation::Report{};
    auto const failed = !made            ? made.error().why
                        : report.damaged ? report.damaged->finding.why
                                         : Literal();
    auto const took = duration_cast<milliseconds>(clock.monotonic() - began);
    record(report, failed);
    instance_.reconciliation().keep({.ended = clock.now(),
                                     .rows = report.rows,
                                     .writes = report.writes,
                                     .findings = report.findings,
                                     .took = took,
                                     .failed = failed});
    bool const well = report.findings == 0 && failed.empty();
    instance_.log().write(well ? LogLevel::info : LogLevel::error, "audit.reconciled",
                          field("rows", report.rows), field("writes", report.writes),
                          field("findings", report.findings), field("failed", failed),
                          field("took_ms", took));
}

void ReconciliationJob::record(reconciliation::Report const& report, Literal failed) {
    bool const well = report.findings == 0 && failed.empty();
    for (auto const& tenant : instance_.house().tenants) {
        audit::LeafBuilder leaf(audit::Event::reconciliation,
                                well ? audit::Outcome::ok : audit::Outcome::error);
        leaf.number("rows", signed_count(report.rows))
            .number("writes", signed_count(report.writes))
            .number("findings", signed_count(report.findings));
        if (!failed.empty()) leaf.reason(failed);
        append(tenant->tenant, std::move(leaf));
    }
    auto const count = std::min(report.kept.size(), kFindingsRecorded);
    for (auto const& finding : std::span(report.kept).first(count)) record_finding(finding);
}

// In the log that tells of the version; of what none tells, in the first.
void ReconciliationJob::record_finding(reconciliation::Finding const& finding) {
    audit::LeafBuilder leaf(audit::Event::reconciliation, audit::Outcome::error);
    leaf.reason(reconciliation::name_of(finding.kind));
    auto const type = finding.type.empty() ? std::string_view("unknown") : finding.type;
    leaf.resource({type}, finding.address, finding.version, std::nullopt);
    if (finding.leaf) leaf.number("leaf", signed_count(*finding.leaf));
    auto const& tenants = instance_.house().tenants;
    append(tenants[finding.log]->tenant, std::move(leaf));
}

}  // namespace salus::app
