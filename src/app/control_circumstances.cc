// AZ-3 and AZ-5: circumstances and consents. Asks the functions that every request meets, with the
// policy and the settings in force: they are pure, so asking changes nothing.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "app/control_readings.h"
#include "authorization/decide.h"
#include "fhir/resource.h"
#include "operations/request_reader.h"

namespace salus::app {
namespace {

using authorization::Circumstances;
using authorization::Policy;

// A rule about one signal, and circumstances that it refuses.
struct Signal {
    std::string_view name;
    std::string_view rule;
    void (*worsen)(request::AccessFacts& facts);
};
constexpr auto kSignals = std::to_array<Signal>({
    {"network", "context.network.zone == \"denied\"",
     [](request::AccessFacts& facts) { facts.network.zone = request::NetworkZone::denied; }},
    {"reputation", "context.network.reputation > 50",
     [](request::AccessFacts& facts) { facts.network.reputation = 80; }},
    {"country", "context.network.country == \"XX\"",
     [](request::AccessFacts& facts) { facts.network.country.letters = {'X', 'X'}; }},
    {"hour", "context.hour < 6", [](request::AccessFacts& facts) { facts.local.hour = 3; }},
    {"device", "context.device.managed",
     [](request::AccessFacts& facts) { facts.device.managed = true; }},
    {"behaviour", "context.recent.refusals > 10",
     [](request::AccessFacts& facts) { facts.recent.refusals = 50; }},
});

// Attributes that a rule about circumstances names.
constexpr std::array<std::string_view, 5> kCircumstances{
    "context.network", "context.hour", "context.weekday", "context.device", "context.recent"};

// Somebody whom the policy in force lets ask whether the controls work.
request::CallerFacts administrator(TenantName const& tenant) {
    request::CallerFacts caller;
    caller.anonymous = false;
    caller.tenant = tenant;
    caller.purpose = request::PurposeOfUse::system_administration;
    caller.scopes =
        request::parse_scopes("admin/check.read").value_or(std::vector<request::Scope>{});
    return caller;
}

bool changes_a_decision(Signal const& signal, TenantName const& tenant) {
    auto const policy = Policy::parse(
        fmt::format("@id(\"open\") permit(principal, action, resource);\n"
                    "@id(\"signal\") forbid(principal, action, resource) when {{ {} }};\n",
                    signal.rule));
    if (!policy) return false;
    request::IntentFacts intent;
    intent.interaction = request::Interaction::control_check;
    intent.tenant = tenant;
    Circumstances circumstances{.now = {}, .access = {}, .care_relationship = false};
    circumstances.access.local.hour = 12;
    auto const ask = [&] {
        return authorization::decide(*policy, administrator(tenant), intent, circumstances);
    };
    if (!ask().allowed) return false;
    signal.worsen(circumstances.access);
    auto const refused = ask();
    return !refused.allowed && refused.rules == std::vector{PolicyRuleId("signal")};
}

constexpr char const* kDenial = R"({"resourceType":"Consent","id":"probe","status":"active",
"scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope",
"code":"patient-privacy"}]},"category":[{"text":"probe"}],"patient":{"reference":"Patient/probe"},
"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],
"provision":{"type":"deny"}})";

}  // namespace

Finding risk_signals(EvidenceContext const& context) {
    auto const& tenant = context.sources.tenants.front().name;
    std::string decide;
    std::size_t working = 0;
    for (auto const& signal : kSignals) {
        if (!changes_a_decision(signal, tenant)) continue;
        ++working;
        decide.append(decide.empty() ? "" : ", ").append(signal.name);
    }
    auto const& text = context.policy.rules->text();
    bool const reads = std::ranges::any_of(
        kCircumstances, [&](std::string_view name) { return text.contains(name); });
    return works_if(working == kSignals.size(),
                    fmt::format("tried now, a rule each: {} change a decision and stand in its "
                                "reason; the policy in force {} by them",
                                decide.empty() ? "none" : decide,
                                reads ? "decides" : "has no rule that decides"));
}

Finding consents(EvidenceContext const& context) {
    auto const& settings = context.sources.configuration.consent;
    if (!settings) return broken("[consent] enforce = false: consents are not evaluated");
    json::Parser parser;
    auto const resource = fhir::Reader::parse(EphiText(kDenial), parser);
    if (!resource) return broken("a consent cannot be read");
    std::array const denial{resource->view()};
    consent::RequestFacts facts;
    facts.now = context.opened;
    auto const without =
        operations::RequestReader::consent_rules({}, {}, *settings, 0).decide(facts);
    auto const with =
        operations::RequestReader::consent_rules(denial, {}, *settings, 0).decide(facts);
    auto const word = [](consent::ConsentDecision const& decision) {
        return decision.outcome() == consent::Outcome::deny ? "refused" : "permitted";
    };
    return works_if(with.outcome() == consent::Outcome::deny,
                    fmt::format("tried now, with the settings in force: treatment is {} where no "
                                "consent says anything, and {} under a consent that denies",
                                word(without), word(with)));
}

}  // namespace salus::app
