#include "authorization/judgement.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <limits>

#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using cedar::EntityUid;
using cedar::Value;
using request::AllowedElements;

// In the order of Act.
constexpr std::array<Literal, 8> kNames{"read",           "search",         "create",
                                        "update",         "delete",         "spanPatients",
                                        "administerRead", "administerWrite"};

EntityUid const& uid_of(Act act) {
    static auto const kUids = [] {
        std::array<EntityUid, kNames.size()> uids;
        for (std::size_t i = 0; i < uids.size(); ++i)
            uids[i] = {"Action", std::string(kNames[i].text())};
        return uids;
    }();
    return kUids.at(static_cast<std::size_t>(act));
}

EntityUid const& limit_uid() {
    static EntityUid const kLimit{"Action", "limit"};
    return kLimit;
}

// A sign-in in the future is none: as old as can be.
std::int64_t age_of(request::Person const& person, WallTime now) {
    if (person.authenticated > now) return std::numeric_limits<std::int64_t>::max();
    return std::chrono::duration_cast<std::chrono::seconds>(now - person.authenticated).count();
}

// Sorted by name, as a Record is; `action` is set for each act.
std::vector<cedar::Record::Member> context_of(request::CallerFacts const& caller, WallTime now) {
    auto const milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    auto const purpose =
        caller.purpose ? std::string(request::code_of(*caller.purpose).text()) : std::string();
    std::vector<cedar::Record::Member> members;
    members.reserve(5);
    members.emplace_back("acr", Value(caller.person ? caller.person->acr : std::string()));
    members.emplace_back("action", Value(std::string()));
    members.emplace_back("authAge",
                         Value(caller.person ? age_of(*caller.person, now) : std::int64_t{0}));
    members.emplace_back("now", Value(cedar::DateTime{milliseconds}));
    members.emplace_back("purpose", Value(purpose));
    return members;
}

void open(AllowedElements& all, AllowedElements const& more) {
    all.all = all.all || more.all;
    if (more.names.empty()) return;
    std::vector<std::string> both;
    std::ranges::set_union(all.names, more.names, std::back_inserter(both));
    all.names = std::move(both);
}

// A narrative tells what it was made from, so it goes with whatever is withheld.
void withhold(AllowedElements& allowed, std::vector<std::string> const& redacted,
              std::string_view type_name) {
    if (redacted.empty()) return;
    auto const* type = fhir::find_resource_type(type_name);
    auto const goes = [&](std::string_view name) {
        auto const* element = type == nullptr ? nullptr : fhir::find_element(*type, name);
        return name == "text" || std::ranges::binary_search(redacted, name) ||
               (element != nullptr &&
                std::ranges::binary_search(redacted, fhir::base_name(*element)));
    };
    if (allowed.all && type != nullptr) {
        for (auto const& element : type->elements) allowed.names.emplace_back(element.name.text());
        std::ranges::sort(allowed.names);
    }
    allowed.all = false;
    std::erase_if(allowed.names, goes);
}

}  // namespace

Literal name_of(Act act) noexcept {
    auto const index = static_cast<std::size_t>(act);
    return index < kNames.size() ? kNames[index] : Literal("");
}

Judgement::Judgement(Policy const& policy, request::CallerFacts const& caller,
                     request::IntentFacts const& intent, WallTime now)
    : Judgement(policy, caller, intent.tenant, intent.compartment, now) {}

Judgement::Judgement(Policy const& policy, request::CallerFacts const& caller,
                     TenantName const& tenant, std::optional<CompartmentId> const& compartment,
                     WallTime now)
    : policy_(policy), entities_(caller, tenant, compartment), context_(context_of(caller, now)) {}

Outcome const& Judgement::on(Act act, std::string_view type) {
    return judged(act, type, false);
}

Outcome const& Judgement::on_function(Act act, std::string_view function) {
    return judged(act, function, true);
}

AllowedElements const& Judgement::elements_of(std::string_view type) {
    for (auto const act : {Act::read, Act::search, Act::update}) {
        auto const& outcome = on(act, type);
        if (outcome.allowed) return outcome.elements;
    }
    return on(Act::create, type).elements;
}

// A function has another kind of name than a type, so one memory serves both.
Outcome const& Judgement::judged(Act act, std::string_view type, bool is_function) {
    auto const [place, added] = outcomes_.try_emplace({act, std::string(type)});
    if (!added) return place->second;
    if (is_function) {
        entities_.ask_about_function(type);
    } else {
        entities_.ask_about_type(type);
    }
    place->second = judge(act, is_function ? "" : type);
    return place->second;
}

Outcome Judgement::on_labelled(Act act, std::string_view type,
                               std::span<std::string const> labels) {
    entities_.ask_about_type(type, labels);
    return judge(act, type);
}

Outcome Judgement::judge(Act act, std::string_view type) {
    Outcome outcome;
    // `action` is the second by name.
    context_[1].second = Value(std::string(name_of(act).text()));
    cedar::Record const context(context_);
    policy_.rules().evaluate({entities_.principal(), uid_of(act), entities_.resource(), context},
                             entities_, response_);
    bool forbidden = false;
    for (auto const rule : response_.erring) {
        auto const& meaning = policy_.meaning(rule);
        if (!meaning.forbids) continue;
        forbidden = true;
        outcome.rules.push_back(meaning.id);
    }
    std::vector<PolicyRuleId> permits;
    for (auto const rule : response_.satisfied) {
        auto const& meaning = policy_.meaning(rule);
        if (meaning.limits) continue;
        forbidden = forbidden || meaning.forbids;
        if (meaning.forbids)
            outcome.rules.push_back(meaning.id);
        else
            permits.push_back(meaning.id);
        if (!meaning.forbids) open(outcome.elements, meaning.fields);
    }
    bool const permitted = !forbidden && !permits.empty();
    if (permitted) outcome.rules = std::move(permits);
    outcome.allowed = permitted && add_limits(outcome, context, type);
    if (!outcome.allowed) outcome.elements = {};
    return outcome;
}

// False: one of them failed to evaluate.
bool Judgement::add_limits(Outcome& outcome, cedar::Record const& context, std::string_view type) {
    policy_.rules().evaluate({entities_.principal(), limit_uid(), entities_.resource(), context},
                             entities_, response_);
    auto const refuses = [&](std::uint32_t rule) {
        auto const& meaning = policy_.meaning(rule);
        return meaning.limits || meaning.forbids;
    };
    auto const failed = std::ranges::find_if(response_.erring, refuses);
    if (failed != response_.erring.end()) {
        outcome.rules = {policy_.meaning(*failed).id};
        return false;
    }
    for (auto const rule : response_.satisfied) {
        auto const& meaning = policy_.meaning(rule);
        if (!meaning.limits) continue;
        withhold(outcome.elements, meaning.redacted, type);
        if (!meaning.redacted.empty()) outcome.redactions.push_back({meaning.id, meaning.redacted});
        if (!meaning.sign_in) continue;
        outcome.sign_in =
            outcome.sign_in ? stricter_of(*outcome.sign_in, *meaning.sign_in) : *meaning.sign_in;
    }
    return true;
}

}  // namespace salus::authorization
