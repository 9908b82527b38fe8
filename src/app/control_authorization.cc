// AZ: authorization. Asks the policy in force: decide() is pure, so asking changes nothing.
#include <array>
#include <fmt/format.h>

#include "admin/policy_version.h"
#include "app/control_readings.h"
#include "authorization/decide.h"

namespace salus::app {
namespace {

using request::CallerFacts;
using request::IntentFacts;
using request::Interaction;
using request::PurposeOfUse;

IntentFacts asking(TenantName const& tenant, Interaction interaction) {
    IntentFacts intent;
    intent.interaction = interaction;
    intent.tenant = tenant;
    intent.type = "Patient";
    return intent;
}

CallerFacts calling(TenantName const& tenant, std::string_view scopes,
                    std::optional<PurposeOfUse> purpose) {
    CallerFacts caller;
    caller.anonymous = false;
    caller.tenant = tenant;
    caller.scopes = request::parse_scopes(scopes).value_or(std::vector<request::Scope>{});
    caller.purpose = purpose;
    return caller;
}

constexpr std::string_view kEveryScope =
    "system/*.cruds admin/clients.write admin/check.read admin/population.read";

// Whether some rule names it.
bool is_listed(authorization::Policy const& policy, PurposeOfUse purpose) {
    return policy.text().contains(fmt::format("\"{}\"", request::code_of(purpose).text()));
}

// Callers to whom nothing but public routes may open.
std::vector<CallerFacts> powerless(authorization::Policy const& policy, TenantName const& tenant) {
    std::vector<CallerFacts> callers;
    callers.emplace_back();
    callers.push_back(calling(tenant, "", PurposeOfUse::treatment));
    callers.push_back(calling(tenant, kEveryScope, std::nullopt));
    for (auto const purpose : request::all_purposes()) {
        if (!is_listed(policy, purpose)) callers.push_back(calling(tenant, kEveryScope, purpose));
    }
    return callers;
}

// No person is behind these callers, whose sign-in would be measured by a time.
authorization::Decision ask(authorization::Policy const& policy, CallerFacts const& caller,
                            IntentFacts const& intent) {
    return authorization::decide(policy, caller, intent, WallTime{});
}

std::string policy_name(authorization::Policy const& policy) {
    return to_hex(policy.hash()).substr(0, 16);
}

// On a version that nobody keeps: who proposed it cannot approve it, and one person is not enough.
bool takes_two_people() {
    admin::PolicyStep const first{.client = "check", .person = "1", .at = 0};
    admin::PolicyStep const second{.client = "check", .person = "2", .at = 0};
    admin::PolicyVersions versions{.newest = 1, .activated = 0, .deciding = {}};
    admin::PolicyVersion version;
    version.number = 1;
    version.proposed = first;
    bool const alone = admin::approve(version, versions, first).has_value() ||
                       admin::activate(version, versions, first).has_value();
    return !alone && admin::approve(version, versions, second) &&
           admin::activate(version, versions, first) && versions.activated == 1;
}

// How far records tell in the index what their codes imply. At most so many are left.
std::string labels_in_index(EvidenceSources const& sources) {
    std::uint64_t left = 0;
    for (auto const& tenant : sources.tenants) {
        if (tenant.indexing != nullptr && tenant.indexing->under_way)
            left += tenant.indexing->commits_left;
    }
    if (left == 0) return "the index has the labels of all records";
    return fmt::format(
        "up to {} versions are still to be indexed anew, and searches that ask for "
        "labels look into their records",
        left);
}

}  // namespace

Finding deny_by_default(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    auto const& tenant = context.sources.tenants.front().name;
    auto const callers = powerless(policy, tenant);
    std::size_t tried = 0;
    std::size_t refused = 0;
    std::size_t open = 0;
    for (auto const interaction : request::all_interactions()) {
        if (request::is_public(interaction)) {
            ++open;
            continue;
        }
        for (auto const& caller : callers) {
            ++tried;
            refused += ask(policy, caller, asking(tenant, interaction)).allowed ? 0U : 1U;
        }
    }
    return works_if(refused == tried,
                    fmt::format("{} operations, {} of them public; tried now on the policy in "
                                "force: {} of {} requests without token, scope or listed purpose "
                                "refused",
                                request::all_interactions().size(), open, refused, tried));
}

Finding caller_attributes(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    auto const& tenant = context.sources.tenants.front().name;
    auto const other_tenant = TenantName(tenant.text() + "-other");
    auto const patient = CompartmentId(CompartmentId::Array{1});
    int tried = 0;
    int refused = 0;
    int inside = 0;
    for (auto const purpose : request::all_purposes()) {
        auto const stranger = calling(other_tenant, kEveryScope, purpose);
        auto confined = calling(tenant, "patient/*.cruds", purpose);
        confined.patient_compartment = patient;
        auto elsewhere = asking(tenant, Interaction::read);
        elsewhere.compartment = CompartmentId(CompartmentId::Array{2});
        tried += 2;
        refused += ask(policy, stranger, asking(tenant, Interaction::read)).allowed ? 0 : 1;
        refused += ask(policy, confined, elsewhere).allowed ? 0 : 1;
        // The counterpart: a refusal proves something only where the same caller may read.
        auto own = asking(tenant, Interaction::read);
        own.compartment = patient;
        inside += ask(policy, confined, own).allowed ? 1 : 0;
    }
    return works_if(
        refused == tried,
        fmt::format("tenant, patient and purpose decide; tried now: {} of {} requests "
                    "into another tenant or another patient's record refused; the own record "
                    "is open under {} purposes; {}",
                    refused, tried, inside, labels_in_index(context.sources)));
}

Finding purpose_of_use(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    std::string listed;
    std::string unlisted;
    for (auto const purpose : request::all_purposes()) {
        auto& list = is_listed(policy, purpose) ? listed : unlisted;
        list.append(list.empty() ? "" : " ").append(request::code_of(purpose).text());
    }
    return works(fmt::format("policy {}: purposes with rules: {}; refused everything: {}",
                             policy_name(policy), listed.empty() ? "none" : listed,
                             unlisted.empty() ? "none" : unlisted));
}

Finding smart_scopes(EvidenceContext const&) {
    static constexpr auto kRefused = std::to_array<std::string_view>(
        {"system/*.x", "system/Observation.rs?patient=a", "system/Observation.rs?_include=*",
         "system/*.rs?code=a", "system/Patient.sr", "Patient.read", "system/*",
         "system/patient.rs/..", "openid2"});
    std::size_t refused = 0;
    for (auto const scope : kRefused) refused += request::parse_scopes(scope) ? 0U : 1U;
    auto const first = request::parse_scopes("system/Patient.read");
    auto const second = request::parse_scopes("system/Patient.rs");
    bool const mapped = first && second && *first == *second;
    auto const whole = request::parse_scopes("system/Observation.rs");
    auto const narrow = request::parse_scopes("system/Observation.rs?category=laboratory");
    bool const kept = whole && narrow && request::intersect(*whole, *narrow) == *narrow &&
                      request::intersect(*narrow, *whole) == *narrow;
    return works_if(refused == kRefused.size() && mapped && kept,
                    fmt::format("tried now: {} of {} scopes that no rule enforces refused; "
                                "version 1 {} version 2; a constraint {} by what is registered or "
                                "asked for without it",
                                refused, kRefused.size(), mapped ? "maps to" : "differs from",
                                kept ? "is not lost" : "is lost"));
}

// Of each purpose a person who administers: with a weak factor, long ago, and as it is asked for.
Finding step_up(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    auto const& tenant = context.sources.tenants.front().name;
    auto const now = context.opened;
    std::size_t tried = 0;
    std::size_t asked = 0;
    std::size_t open = 0;
    for (auto const purpose : request::all_purposes()) {
        auto const intent = asking(tenant, Interaction::control_check);
        auto caller = calling(tenant, kEveryScope, purpose);
        if (!ask(policy, caller, intent).allowed) continue;
        auto const decide_for = [&](std::string const& acr, std::chrono::seconds age) {
            caller.person =
                request::Person{.id = {}, .grant = {}, .acr = acr, .authenticated = now - age};
            return authorization::decide(policy, caller, intent, now);
        };
        tried += 2;
        auto const weak = decide_for("recovery", {});
        asked += weak.sign_in ? 1U : 0U;
        auto const needed = weak.sign_in.value_or(authorization::SignIn{});
        bool const ages = needed.max_age.count() > 0;
        auto const late = decide_for("phr", needed.max_age + std::chrono::seconds(1));
        asked += late.sign_in.has_value() == ages ? 1U : 0U;
        open += decide_for("phr", needed.max_age).allowed ? 1U : 0U;
    }
    return works_if(asked == tried && open * 2 == tried && tried > 0,
                    fmt::format("tried now on the policy in force, for administration in the name "
                                "of a person: {} of {} sign-ins that are not enough answered as "
                                "RFC 9470 says, {} that are enough let through",
                                asked, tried, open));
}

Finding explained_decisions(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    auto const& tenant = context.sources.tenants.front().name;
    auto const denied = ask(policy, calling(tenant, "", PurposeOfUse::treatment),
                            asking(tenant, Interaction::read));
    std::string rules;
    for (auto const purpose : request::all_purposes()) {
        auto const decision =
            ask(policy, calling(tenant, kEveryScope, purpose), asking(tenant, Interaction::read));
        if (!decision.allowed) continue;
        for (auto const& id : decision.rules) {
            rules.append(rules.empty() ? "" : " + ").append(id.text());
        }
        break;
    }
    return works_if(!denied.why.empty(),
                    fmt::format("a read of a Patient would be allowed by: {}; a refusal says: {}",
                                rules.empty() ? "nothing" : rules, denied.why.text()));
}

Finding policies_as_data(EvidenceContext const& context) {
    auto const& policy = *context.policy.rules;
    auto const changed = authorization::Policy::parse(
        policy.text() + "@id(\"one-more\") forbid(principal, action, resource);\n");
    auto const wrong = authorization::Policy::parse(policy.text() + "permit(principal);\n");
    bool const tells = changed && changed->hash() != policy.hash() && !wrong;
    return works_if(
        tells && takes_two_people(),
        fmt::format("version {} in force, {} rules; tried now: a rule more has another hash, a "
                    "wrong one is refused, nobody activates a version alone; content hash {} "
                    "stands in every audit leaf of a request",
                    context.policy.version, policy.rules().policies().size(), policy_name(policy)));
}

}  // namespace salus::app
