#include <algorithm>
#include <span>

#include "authorization/decide.h"
#include "authorization/found_record_rules.h"
#include "authorization/looked_at.h"
#include "authorization/recorded_decision.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using request::IntentFacts;
using request::Interaction;

// What showing resources of this type with everything of a patient amounts to: a search in the
// compartment, or, of a type that no patient's compartment holds, a read.
Result<IntentFacts> showing(IntentFacts const& everything, fhir::Type const& type) {
    IntentFacts facts;
    facts.interaction = Interaction::read;
    facts.tenant = everything.tenant;
    facts.type = type.name.text();
    if (type.name != "Patient" && type.patient_compartment.empty()) return facts;
    facts.interaction = Interaction::search_type;
    facts.compartment = everything.compartment;
    facts.patient_compartment = true;
    facts.patient = everything.id.clone();
    SALUS_TRY(facts.query, fhir::SearchQuery::parse(type, {}, WallTime{}));
    return facts;
}

// A single record, whose patient shows when it is found, or one whose patient the records tell that
// it is about.
bool names_no_patient(IntentFacts const& intent) {
    return !intent.compartment && (!intent.id.empty() || !records_about(intent).empty());
}

// A leaf has room for a transaction's resources and this many rules. A refusal is the last one, and
// is always named.
constexpr std::size_t kRulesWithPermissions = 256;

// Duties of what comes along with what was asked for: before the rules that decided, of which the
// last one is what was decided.
void put_duties_on_record(Decision const& decision, std::vector<PolicyRuleId>& rules) {
    for (auto const duty : decision.duties) {
        auto rule = rule_of(duty);
        if (std::ranges::find(rules, rule) == rules.end())
            rules.insert(rules.begin(), std::move(rule));
    }
}

// What the leaf of the request says of a decision: its duties and rules, and last what was decided.
// The rules are taken.
void put_on_record(Decision& decision, request::CallerFacts const& caller,
                   IntentFacts const& intent, std::vector<PolicyRuleId>& rules) {
    auto const add = [&rules](PolicyRuleId rule) {
        if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(std::move(rule));
    };
    rules.reserve(rules.size() + decision.duties.size() + decision.rules.size() + 1);
    for (auto const duty : decision.duties) add(rule_of(duty));
    for (auto& rule : decision.rules) add(std::move(rule));
    decision.rules.clear();
    if (caller.anonymous || request::is_public(intent.interaction)) return;
    auto const verdict = decision.allowed   ? RecordedVerdict::permitted
                         : decision.sign_in ? RecordedVerdict::sign_in
                                            : RecordedVerdict::refused;
    if (decision.allowed && rules.size() >= kRulesWithPermissions) return;
    add(to_rule({.verdict = verdict, .interaction = intent.interaction, .type = intent.type}));
}

}  // namespace

Result<request::Permit> Authorization::permit(request::Exchange& exchange,
                                              request::Intent&& intent) const {
    bool const batch = intent.facts().interaction == Interaction::batch;
    bool const bundle = batch || intent.facts().interaction == Interaction::transaction;
    auto& rules = exchange.facts.rules;
    request::Permit permit(exchange.facts.caller, std::move(intent));
    Circumstances circumstances{.now = exchange.started, .access = exchange.access};
    auto const asked = std::make_shared<Judgement>(policy_, permit.caller().facts(),
                                                   permit.intent().tenant, circumstances);
    if (policy_.judges_records() && !permit.caller().anonymous()) {
        permit.constraints_.add(
            std::make_shared<FoundRecordRules const>(policy_, exchange.facts.caller, asked,
                                                     circumstances.now, assumes_care(permit)),
            permit.caller().facts(), permit.intent());
    }
    if (permit.constraints_.granular()) {
        asked->about(permit.intent().compartment, false);
        permit.constraints_.keep_usable(
            [&asked](request::Scope const& scope) { return is_usable(*asked, scope); });
    }
    std::optional<SignIn> sign_in;
    // What is refused for nothing but the sign-in is refused when all else is decided: the person
    // signs in once, for all of it.
    auto const decided = [&](IntentFacts const& facts) -> Result<Decision> {
        auto here = circumstances;
        SALUS_TRY(here.care_relationship, cares(permit.caller().facts(), facts));
        auto decision = decide(*asked, permit.caller().facts(), facts, here);
        put_on_record(decision, permit.caller().facts(), facts, rules);
        for (auto const duty : decision.duties) permit.duties_.add(duty);
        if (!decision.allowed && !decision.sign_in) return fail(decision.code, decision.why);
        if (decision.sign_in)
            sign_in = sign_in ? stricter_of(*sign_in, *decision.sign_in) : decision.sign_in;
        return decision;
    };
    if (!bundle) {
        SALUS_TRY(auto decision, decided(permit.intent()));
        permit.elements_ = std::move(decision.elements);
        permit.included_ = std::move(decision.included);
        permit.reach_ = decision.reach;
    }
    if (bundle && permit.caller().anonymous()) {
        return fail(Errc::unauthenticated, "an access token is required");
    }
    if (permit.intent().interaction == Interaction::everything && !sign_in) {
        SALUS_TRY(circumstances.care_relationship, cares(permit.caller().facts(), permit.intent()));
        SALUS_TRY_VOID(permit_types(permit, *asked, circumstances, rules));
    }
    // A batch's entries come back one by one, as requests of their own.
    for (auto const& entry : batch ? std::span<request::Intent const>()
                                   : std::span<request::Intent const>(permit.entries())) {
        SALUS_TRY(auto decision, decided(entry.facts()));
        permit.entry_elements_.push_back(std::move(decision.elements));
    }
    if (sign_in) {
        exchange.challenge = challenge_of(*sign_in, exchange.challenge);
        return fail(Errc::unauthenticated,
                    "the person has to sign in again, or with a stronger factor");
    }
    return permit;
}

// Of a request that stays in one compartment, what the records say. One that names a single record
// is decided as if its patient were in the caller's care, because it shows only when the record is
// found, and then judged again (found_record_rules.h).
Result<bool> Authorization::cares(request::CallerFacts const& caller,
                                  IntentFacts const& intent) const {
    if (!policy_.asks_for_care() || !caller.person || caller.person->practitioner.empty())
        return false;
    if (intent.compartment) return care_.hold(caller.person->practitioner, *intent.compartment);
    return names_no_patient(intent);
}

bool Authorization::assumes_care(request::Permit const& permit) const {
    auto const& person = permit.caller().facts().person;
    return policy_.asks_for_care() && person && !person->practitioner.empty() &&
           (names_no_patient(permit.intent()) ||
            std::ranges::any_of(permit.entries(), [](request::Intent const& entry) {
                return names_no_patient(entry.facts());
            }));
}

Result<void> Authorization::permit_types(request::Permit& permit, Judgement& rules,
                                         Circumstances const& circumstances,
                                         std::vector<PolicyRuleId>& recorded) const {
    auto const& wanted = permit.intent().types;
    for (auto const& type : fhir::resource_types()) {
        auto const name = type.name.text();
        bool const named = std::ranges::find(wanted, name) != wanted.end();
        if (!wanted.empty() && !named) continue;
        SALUS_TRY(auto const facts, showing(permit.intent(), type));
        auto decision = decide(rules, permit.caller().facts(), facts, circumstances);
        if (decision.allowed) {
            put_duties_on_record(decision, recorded);
            for (auto const duty : decision.duties) permit.duties_.add(duty);
            permit.included_.push_back({std::string(name), std::move(decision.elements)});
        } else if (named) {
            return fail(decision.code, decision.why);
        }
    }
    return {};
}

}  // namespace salus::authorization
