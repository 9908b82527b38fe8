// `salus audit retention` and `salus audit prune`: what of a tenant's audit log is due, and the
// proposal that it goes.
#include "admin/audit_pruning.h"
#include "app/administration.h"
#include "app/commands.h"
#include "app/instance.h"
#include "app/terminal.h"
#include "json/document.h"

namespace salus::app {
namespace {

struct Holds {
    audit::LegalHolds holds;
    std::vector<std::string> targets;  // of each, for people
};

struct Retention {
    TenantName tenant;
    Holds held;
    audit::RetentionState state;
    std::string target;  // of a proposal; empty: nothing is due
};

std::optional<Holds> read_holds(AdministrationOptions const& options) {
    auto const answer = administration_answer(
        options,
        {.method = http::Method::get, .path = "/admin/keys/holds", .scope = "admin/keys.read"});
    json::Parser parser;
    auto const document =
        answer ? parser.parse(*answer) : Result<json::Document>(fail(Errc::invalid, "no answer"));
    auto const list = document ? document->root().member("holds") : std::nullopt;
    if (!list || !list->is_array()) return std::nullopt;
    Holds result;
    for (auto const each : list->elements()) {
        auto const target = each.text_member("hold").value_or("");
        auto const bytes = from_hex(target.substr(0, target.find('/')));
        if (!bytes || bytes->size() != sizeof(CompartmentId::Array)) return std::nullopt;
        auto const patient = CompartmentId::from(*bytes);
        // The whole tenant's stand under the compartment of nobody.
        result.holds.whole_log = result.holds.whole_log || patient == CompartmentId();
        result.holds.patients.insert(patient);
        result.targets.push_back(target);
    }
    return result;
}

// As of the leaves; false, and said, if they cannot be judged.
bool judge(std::filesystem::path const& log, audit::RetentionPeriod const& period,
           Retention& retention, int& code) {
    auto state = audit::judge_retention(log, period, retention.held.holds, SystemClock().now());
    if (!state) {
        say_problem("the log cannot be judged: " + std::string(state.error().why.text()));
        code = state.error().code == Errc::corrupt ? kFoundWrong : kFailed;
        return false;
    }
    retention.state = *std::move(state);
    if (auto const& due = retention.state.due) {
        retention.target = admin::to_text(admin::PruneTarget{
            .segment = due->segment(), .first = due->first(), .root = due->with({}).root});
    }
    code = kDone;
    return true;
}

std::optional<Retention> look(AdministrationOptions const& options, int& code) {
    code = kFailed;
    std::string why;
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration) {
        say_problem(why);
        return std::nullopt;
    }
    auto held = read_holds(options);
    auto const period = audit::RetentionPeriod::of_years(configuration->audit.retention_years);
    if (!held || !period) {
        say_problem("the legal holds cannot be read");
        return std::nullopt;
    }
    Retention retention;
    retention.tenant =
        options.tenant.empty() ? configuration->tenants.front() : TenantName(options.tenant);
    retention.held = *std::move(held);
    auto const log = Layout{options.directory}.audit(retention.tenant);
    return judge(log, *period, retention, code) ? std::optional(std::move(retention))
                                                : std::nullopt;
}

void show(Retention const& retention) {
    auto const& state = retention.state;
    if (!retention.tenant.text().empty()) say("tenant       " + retention.tenant.text());
    say("leaves       " + std::to_string(state.first) + " to " + std::to_string(state.size));
    if (state.oldest) {
        auto const days = std::chrono::duration_cast<std::chrono::days>(state.proved_age).count();
        say("oldest       " + to_instant(*state.oldest) + "; that it is " + std::to_string(days) +
            " days old is proved");
    }
    for (auto const& target : retention.held.targets) say("held by      " + target);
    if (state.held_from) say("held from    leaf " + std::to_string(*state.held_from));
    if (retention.target.empty()) {
        say("due          nothing");
        return;
    }
    say("due          leaves " + std::to_string(state.first) + " to " +
        std::to_string(state.due->first() - 1) + ", " + retention.target);
}

// From the files alone: holds are in the store, which an auditor does not read.
int show_log(AuditRetentionOptions const& options) {
    auto const period = audit::RetentionPeriod::of_years(options.years);
    if (!period) {
        say_problem(period.error().why.text());
        return kUsage;
    }
    int code = kFailed;
    Retention retention;
    if (!judge(options.log, *period, retention, code)) return code;
    show(retention);
    say("holds        not looked at; the server knows them");
    return code;
}

}  // namespace

int audit_retention(AuditRetentionOptions const& options) {
    if (!options.log.empty()) return show_log(options);
    int code = kFailed;
    auto const retention = look(options.administration, code);
    if (retention) show(*retention);
    return code;
}

int audit_prune(AuditRetentionOptions const& options) {
    int code = kFailed;
    auto const retention = look(options.administration, code);
    if (!retention) return code;
    show(*retention);
    if (retention->target.empty()) {
        say_problem("nothing is due: there is nothing to propose");
        return kFailed;
    }
    return propose({.administration = options.administration,
                    .operation = "prune-audit",
                    .target = retention->target,
                    .patient = {},
                    .set_file = {},
                    .reason = options.reason,
                    .custodian = options.custodian,
                    .custodian_key = options.custodian_key});
}

}  // namespace salus::app
