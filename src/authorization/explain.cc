#include "authorization/explain.h"

#include <algorithm>
#include <array>

#include "authorization/judgement.h"
#include "authorization/looked_at.h"
#include "authorization/named_roles.h"
#include "fhir/definitions.h"
#include "request/emergency.h"

namespace salus::authorization {
namespace {

using request::CallerFacts;
using request::IntentFacts;

SpokenRule spoken(Policy const& policy, PolicyRuleId const& id) {
    auto const& all = policy.rules().policies();
    auto const found = std::ranges::find(all, id.text(), &cedar::Policy::id);
    if (found == all.end()) return {.id = id, .description = {}, .reference = {}};
    return {.id = id,
            .description = Policy::annotation(*found, "description"),
            .reference = Policy::annotation(*found, "reference")};
}

void add_rules(Explanation& explanation, Policy const& policy,
               std::vector<PolicyRuleId> const& rules) {
    for (auto const& rule : rules) {
        if (rule.text().starts_with("scope:")) {
            explanation.scopes.push_back(rule);
        } else {
            explanation.rules.push_back(spoken(policy, rule));
        }
    }
}

// Of the type that is asked about: what does not leave, and which limits say so.
std::vector<WithheldElement> withheld_of(Policy const& policy, CallerFacts const& caller,
                                         IntentFacts const& intent,
                                         Circumstances const& circumstances,
                                         request::AllowedElements const& allowed) {
    std::vector<WithheldElement> withheld;
    auto const* type = fhir::find_resource_type(intent.type);
    if (allowed.all || type == nullptr) return withheld;
    Judgement rules(policy, caller, intent, circumstances);
    auto const act = act_of(intent.interaction).value_or(Act::read);
    auto const& outcome = rules.on(act == Act::search ? act : Act::read, intent.type);
    for (auto const& element : type->elements) {
        auto const name = element.name.text();
        if (name == "id" || name == "meta" || allowed.contains(name)) continue;
        WithheldElement one{.element = std::string(name), .rules = {}};
        for (auto const& [rule, redacted] : outcome.redactions) {
            bool const names = std::ranges::binary_search(redacted, name) ||
                               std::ranges::binary_search(redacted, fhir::base_name(element));
            if (names) one.rules.push_back(rule);
        }
        withheld.push_back(std::move(one));
    }
    return withheld;
}

class Counterfactual {
public:
    Counterfactual(Policy const& policy, CallerFacts const& caller, IntentFacts const& intent,
                   Circumstances const& circumstances, ScopesOf scopes)
        : policy_(policy),
          caller_(caller),
          intent_(intent),
          circumstances_(circumstances),
          scopes_(scopes) {}

    std::vector<Remedy> remedies() {
        if (caller_.person) try_sign_in();
        try_scope();
        for (auto const purpose : request::all_purposes()) {
            auto changed = caller_;
            changed.purpose = purpose;
            if (caller_.purpose != purpose)
                try_as(changed, RemedyKind::purpose, std::string(request::code_of(purpose).text()));
        }
        for (auto const& role : named_roles(policy_.rules())) try_role(role);
        try_care();
        if (caller_.person) try_emergency();
        try_access();
        return std::move(remedies_);
    }

private:
    void try_as(CallerFacts const& caller, RemedyKind kind, std::string value) {
        if (decide(policy_, caller, intent_, circumstances_).allowed)
            remedies_.push_back({kind, std::move(value)});
    }

    void try_under(Circumstances const& circumstances, RemedyKind kind, std::string value) {
        if (decide(policy_, caller_, intent_, circumstances).allowed)
            remedies_.push_back({kind, std::move(value)});
    }

    void try_care() {
        bool const may_care = caller_.person && intent_.compartment && policy_.asks_for_care();
        if (!may_care || circumstances_.care_relationship) return;
        auto changed = circumstances_;
        changed.care_relationship = true;
        try_under(changed, RemedyKind::care, "true");
    }

    // As the token of an emergency is: for one patient, of a person who just proved who they are.
    void try_emergency() {
        if (!intent_.compartment || request::in_emergency(caller_, circumstances_.now)) return;
        auto changed = caller_;
        changed.purpose = request::PurposeOfUse::emergency;
        changed.patient_compartment = intent_.compartment;
        changed.person->acr = "phr";
        changed.person->authenticated = circumstances_.now;
        changed.person->emergency_until = circumstances_.now + std::chrono::minutes(1);
        if (scopes_ == ScopesOf::subject) {
            std::erase_if(changed.scopes, [](request::Scope const& scope) {
                return scope.context != request::ScopeContext::patient;
            });
        }
        try_as(changed, RemedyKind::emergency, "true");
    }

    void try_access() {
        auto const work = at_work();
        auto network = circumstances_;
        network.access.network.zone = work.network.zone;
        try_under(network, RemedyKind::network, std::string(request::name_of(work.network.zone)));
        auto device = circumstances_;
        device.access.device = work.device;
        try_under(device, RemedyKind::device, "managed, encrypted");
        auto time = circumstances_;
        time.access.local = work.local;
        try_under(time, RemedyKind::time, "noon of a Wednesday");
    }

    void try_sign_in() {
        auto recent = caller_;
        recent.person->authenticated = circumstances_.now;
        auto const before = remedies_.size();
        try_as(recent, RemedyKind::recent_sign_in, "0");
        if (remedies_.size() > before) return;
        recent.person->acr = "phr";
        try_as(recent, RemedyKind::stronger_sign_in, "phr");
    }

    void try_scope() {
        auto changed = caller_;
        auto const context = caller_.patient_compartment ? "patient/"
                             : caller_.person            ? "user/"
                                                         : "system/";
        auto const name = context + (intent_.type.empty() ? std::string("*") : intent_.type);
        if (auto scope = request::parse_scope(name + ".cruds"))
            changed.scopes.push_back(*std::move(scope));
        try_as(changed, RemedyKind::scope, name + ".cruds");
    }

    void try_role(std::string const& role) {
        auto name = request::RoleName::parse(role);
        if (!name) return;
        auto changed = caller_;
        changed.roles = request::united(changed.roles, {*name});
        if (changed.roles != caller_.roles) try_as(changed, RemedyKind::role, role);
    }

    Policy const& policy_;
    CallerFacts const& caller_;
    IntentFacts const& intent_;
    Circumstances const& circumstances_;
    ScopesOf scopes_;
    std::vector<Remedy> remedies_;
};

}  // namespace

Literal name_of(RemedyKind kind) noexcept {
    switch (kind) {
        case RemedyKind::stronger_sign_in: return "stronger-sign-in";
        case RemedyKind::recent_sign_in: return "recent-sign-in";
        case RemedyKind::scope: return "scope";
        case RemedyKind::purpose: return "purpose";
        case RemedyKind::role: return "role";
        case RemedyKind::care: return "care";
        case RemedyKind::emergency: return "emergency";
        case RemedyKind::network: return "network";
        case RemedyKind::device: return "device";
        case RemedyKind::time: return "time";
    }
    return "";
}

Explanation explain(Policy const& policy, CallerFacts const& caller, IntentFacts const& intent,
                    Circumstances const& circumstances, ScopesOf scopes) {
    auto const decision = decide(policy, caller, intent, circumstances);
    Explanation explanation;
    explanation.allowed = decision.allowed;
    explanation.why = decision.why;
    add_rules(explanation, policy, decision.rules);
    if (decision.allowed) {
        explanation.withheld =
            withheld_of(policy, caller, intent, circumstances, decision.elements);
    } else {
        explanation.remedies =
            Counterfactual(policy, caller, intent, circumstances, scopes).remedies();
    }
    return explanation;
}

}  // namespace salus::authorization
