// AUD: the audit logs, and the clock that their times come from.
#include <algorithm>
#include <fmt/format.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "app/kernel_clock.h"
#include "app/log_access.h"
#include "audit/retention.h"
#include "foundation/raised_clock.h"

namespace salus::app {
namespace {

// "default: 120 leaves" of each tenant, and whether every log is open.
struct LogFacts {
    std::string text;
    bool all_open = true;
    void begin(TenantName const& name, audit::Status const& status) {
        if (!text.empty()) text.append("; ");
        text.append(name.text()).append(": ");
        if (status.state == audit::State::open) return;
        all_open = false;
        text.append(status.state == audit::State::closed ? "CLOSED, "
                                                         : "POISONED by an I/O error, ");
    }
};

// What the last round of publishing says: "signed up to 120 leaves 4 s ago".
struct SignedFacts {
    std::string text;
    bool all_signed = true;  // recently
    bool any_closed = false;
    void add(EvidenceContext const& context, EvidenceSources::TenantSources const& tenant) {
        auto const signing =
            tenant.signed_log == nullptr ? std::nullopt : tenant.signed_log->signing();
        if (!signing || signing->signed_at == WallTime{}) {
            all_signed = false;
            text.append(signing && !signing->why.empty()
                            ? fmt::format(", never signed since start: {}", signing->why.text())
                            : ", not signed: no server publishes");
            any_closed = any_closed || (signing && is_closed(*signing));
            return;
        }
        auto const age = std::chrono::duration_cast<std::chrono::seconds>(
            context.sources.clock.now() - signing->signed_at);
        text.append(fmt::format(", checkpoint of {} leaves signed {} s ago", signing->head.size,
                                age.count()));
        if (signing->state == transparency::SigningState::ok) return;
        all_signed = false;
        any_closed = any_closed || is_closed(*signing);
        text.append(fmt::format(", {}: {}", is_closed(*signing) ? "CLOSED" : "DEGRADED",
                                signing->why.text()));
    }
    // What the parent log says: "stated by the parent log up to 120 leaves 4 s ago".
    void add_parent(EvidenceContext const& context, EvidenceSources::TenantSources const& tenant) {
        auto const parent =
            tenant.signed_log == nullptr ? std::nullopt : tenant.signed_log->parent();
        if (!parent) return;
        bool const is_stated = parent->at != WallTime{};
        auto const age = std::chrono::duration_cast<std::chrono::seconds>(
            context.sources.clock.now() - parent->at);
        text.append(is_stated ? fmt::format(", stated by the parent log of {} leaves up to {} "
                                            "leaves {} s ago",
                                            parent->parent.size, parent->size, age.count())
                              : fmt::format(", stated by the parent log up to {} leaves before "
                                            "this start",
                                            parent->size));
        if (!parent->why.empty()) text.append(", parent log: ").append(parent->why.text());
        if (!parent->lost.empty()) text.append(" (").append(parent->lost).append(")");
        bool const is_lost = !parent->lost.empty();
        any_closed = any_closed || is_lost || parent->state == transparency::SigningState::closed;
        all_signed = all_signed && is_stated && parent->state == transparency::SigningState::ok;
    }
    static bool is_closed(transparency::SigningStatus const& signing) {
        return signing.state == transparency::SigningState::closed;
    }
};

// What the comparison of store and logs said last, and whether people must look at it.
struct ReconciliationFacts {
    std::string text = "; store and logs not compared since start";
    bool alarm = false;
    explicit ReconciliationFacts(EvidenceContext const& context) {
        auto const* const source = context.sources.reconciliation;
        auto const last = source == nullptr ? std::nullopt : source->last();
        if (!last) return;
        alarm = last->findings > 0 || !last->failed.empty();
        auto const age = std::chrono::duration_cast<std::chrono::seconds>(
            context.sources.clock.now() - last->ended);
        text = last->failed.empty()
                   ? fmt::format(
                         "; {} versions in the store compared with {} writes in the logs "
                         "{} s ago: {} findings",
                         last->rows, last->writes, age.count(), last->findings)
                   : fmt::format("; store and logs cannot be compared: {}", last->failed.text());
    }
};

// Strict mode: what the mirror acknowledged, leaf by leaf.
void add_strict(EvidenceContext const& context, std::string& text,
                transparency::SigningState& worst) {
    for (auto const& tenant : context.sources.tenants) {
        auto const known =
            tenant.signed_log == nullptr ? std::nullopt : tenant.signed_log->acknowledging();
        text.append("; strict, ").append(tenant.name.text()).append(": ");
        if (!known) {
            text.append("nobody sends");
            worst = transparency::SigningState::closed;
            continue;
        }
        bool const is_closed = known->state == transparency::SigningState::closed;
        text.append(
            fmt::format("answers wait for the mirror, {} leaves acknowledged", known->size));
        if (known->lost > 0) text.append(fmt::format(", {} were lost there", known->lost));
        if (is_closed) text.append(", CLOSED");
        if (!known->why.empty()) text.append(", ").append(known->why.text());
        worst = std::max(worst, known->state);
    }
}

// "60 leaves kept there and cosigned 4 s ago"; whether it was, recently.
bool add_cosigned(EvidenceContext const& context,
                  std::optional<transparency::CosigningStatus> const& cosigning,
                  std::string& text) {
    auto const& patience = context.sources.configuration.audit.mirror->patience;
    bool recently = false;
    if (!cosigning || cosigning->at == WallTime{}) {
        text.append("not cosigned since start");
    } else {
        auto const age = std::chrono::duration_cast<std::chrono::seconds>(
            context.sources.clock.now() - cosigning->at);
        text.append(fmt::format("{} leaves kept there and cosigned {} s ago", cosigning->size,
                                age.count()));
        recently = age < patience.alarm_after;
    }
    if (cosigning && !cosigning->why.empty()) text.append(", ").append(cosigning->why.text());
    return recently;
}

}  // namespace

Finding recorded_events(EvidenceContext const& context) {
    LogFacts facts;
    bool any_records = true;
    for (auto const& tenant : context.sources.tenants) {
        auto const status = tenant.audit_log.status();
        facts.begin(tenant.name, status);
        facts.text.append(fmt::format("{} leaves, {} since start", status.size, status.records));
        any_records = any_records && status.records <= status.size;
    }
    ReconciliationFacts const reconciled(context);
    facts.text.append(reconciled.text);
    return works_if(facts.all_open && any_records && !reconciled.alarm, std::move(facts.text));
}

Finding no_audit_no_access(EvidenceContext const& context) {
    LogFacts facts;
    for (auto const& tenant : context.sources.tenants) {
        auto const status = tenant.audit_log.status();
        facts.begin(tenant.name, status);
        facts.text.append(fmt::format(
            "{} durable batches since start, {} intents settled at start, {} open now{}",
            status.batches, tenant.intents_settled, status.open_intents,
            status.spare_ready ? "" : ", no spare segment"));
    }
    facts.text.append(facts.all_open ? "; answers wait for their record"
                                     : "; every request is refused with 503");
    return works_if(facts.all_open, std::move(facts.text));
}

Finding hash_chained_log(EvidenceContext const& context) {
    LogFacts facts;
    SignedFacts signing;
    std::uint64_t cut = 0;
    for (auto const& tenant : context.sources.tenants) {
        auto const status = tenant.audit_log.status();
        facts.begin(tenant.name, status);
        facts.text.append(fmt::format("tree of {} leaves in {} segments, root {}", status.size,
                                      status.segments, to_hex(status.root)));
        signing.text.clear();
        signing.add(context, tenant);
        signing.add_parent(context, tenant);
        facts.text.append(signing.text);
        cut += status.recovered_bytes;
    }
    facts.text.append(
        fmt::format("; {} bytes of torn tails cut at start; `salus audit verify` "
                    "checks all of it from the files",
                    cut));
    if (!facts.all_open || signing.any_closed) return broken(std::move(facts.text));
    return signing.all_signed ? works(std::move(facts.text)) : partly(std::move(facts.text));
}

Finding mirrored_log(EvidenceContext const& context) {
    auto const& configured = context.sources.configuration.audit.mirror;
    auto const files = log_access_facts(context.sources.configuration);
    if (!configured && files.well) {
        return {admin::ControlState::not_yet,
                "no mirror is configured (audit.mirror); " + files.text};
    }
    if (!files.well) return broken(files.text);
    auto text = fmt::format("mirror at {}:{}", configured->link.host, configured->link.port);
    auto worst = transparency::SigningState::ok;
    bool all_cosigned = true;
    for (auto const& tenant : context.sources.tenants) {
        auto const cosigning =
            tenant.signed_log == nullptr ? std::nullopt : tenant.signed_log->cosigning();
        text.append("; ").append(tenant.name.text()).append(": ");
        all_cosigned = add_cosigned(context, cosigning, text) && all_cosigned;
        if (cosigning) worst = std::max(worst, cosigning->state);
    }
    auto const* const first = context.sources.tenants.front().signed_log;
    if (auto const parent = first == nullptr ? std::nullopt : first->parent()) {
        text.append("; parent log: ");
        all_cosigned = add_cosigned(context, parent->cosigning, text) && all_cosigned;
        if (parent->cosigning) worst = std::max(worst, parent->cosigning->state);
    }
    if (configured->strict) add_strict(context, text, worst);
    text.append("; that it is another account is for its operator to show; ").append(files.text);
    if (worst == transparency::SigningState::closed) return broken("CLOSED: " + text);
    bool const well = all_cosigned && worst == transparency::SigningState::ok;
    return well ? works(std::move(text)) : partly(std::move(text));
}

Finding audit_retention_kept(EvidenceContext const& context) {
    auto const years = context.sources.configuration.audit.retention_years;
    auto text = fmt::format("leaves are kept for {} years", years);
    bool well = years >= audit::kRetentionYearsLeast;
    for (auto const& tenant : context.sources.tenants) {
        text.append("; ").append(tenant.name.text()).append(": ");
        auto const pruning =
            audit::read_pruning(Layout{context.sources.configuration.directory}.audit(tenant.name));
        well = well && pruning.has_value();
        if (!pruning) {
            text.append(pruning.error().why.text());
        } else if (pruning->prefix.is_empty()) {
            text.append("every leaf since the first");
        } else {
            text.append(fmt::format("{} leaves pruned by custodians, recorded in leaf {}",
                                    pruning->prefix.first, pruning->leaf));
        }
    }
    auto const files = log_access_facts(context.sources.configuration);
    text.append("; ").append(files.text);
    text.append("; what is due, and legal holds: `salus audit retention`");
    return works_if(well && files.well, std::move(text));
}

Finding clock_synchronization(EvidenceContext const& context) {
    auto const kernel = read_kernel_clock();
    auto const now = to_instant(context.sources.clock.now());
    auto const* const requests = context.sources.request_clock;
    if (requests != nullptr && requests->ahead() > kClockTolerance) {
        return broken(fmt::format(
            "{} UTC is {} s behind the newest leaf of the audit log: emergencies, tokens and "
            "sessions end by the log's time; set the clock right",
            now, std::chrono::duration_cast<std::chrono::seconds>(requests->ahead()).count()));
    }
    if (!kernel) return partly(fmt::format("{} UTC; the kernel does not tell its state", now));
    auto evidence = fmt::format(
        "{} UTC; kernel clock {}, estimated error {} us, largest {} us; steps, drift and changes "
        "of "
        "this state become clock leaves",
        now, kernel->synchronized ? "synchronized" : "NOT synchronized",
        kernel->estimated_error.count(), kernel->largest_error.count());
    return kernel->synchronized ? works(std::move(evidence)) : partly(std::move(evidence));
}

}  // namespace salus::app
