// The consents of one patient as rules (AZ-5), by IHE's profile Privacy Consent on FHIR (PCF). Of a
// request and a resource each consent says permit, deny or nothing; together, whatever their order:
//
//   1. a consent denies                                -> deny
//   2. a consent permits                               -> permit
//   3. a consent whose base rule permits is there      -> deny: no more is implied
//   4. otherwise                                       -> the implicit policy of the tenant
//
// Of one consent: a provision is about what all its elements match; exceptions in it come first, a
// denial before a permission. Withdrawing, denying more, or not being understood never widens.
//
//   auto const rules = ConsentRules::of(consents, settings, access);
//   auto const decision = rules.decide(request);
//   if (decision.outcome() == Outcome::permit_with_filter)
//       for (...) if (decision.judge(facts_of(resource, access)).permitted) ...
//
// No ePHI in rule ids: a consent is named by a hash, its provisions by their place.
// Thread safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "consent/consent.h"
#include "consent/facts.h"
#include "consent/settings.h"
#include "foundation/strong_id.h"

namespace salus::consent {

// PCF's outcomes of an enforcement point.
enum class Outcome : std::uint8_t { deny, permit, permit_with_filter };

// What a filter looks at beyond type and id.
struct Needs {
    bool labels = false;      // meta.security and codes
    bool codes = false;       // all codes in the resource
    bool time = false;        // all its dates
    bool references = false;  // all references in it, and its authors

    [[nodiscard]] bool nothing() const noexcept {
        return !labels && !codes && !time && !references;
    }
    friend bool operator==(Needs const&, Needs const&) = default;
};

struct Judgement {
    bool permitted = false;
    // What decided, sorted: consent:#1f2e3d4c5b6a7988:p.1, consent:implicit, consent:own.
    std::vector<PolicyRuleId> rules;
};

struct ConsentSet {
    std::vector<Consent> consents;  // in order of label
    ConsentSettings settings;
};

class ConsentDecision {
public:
    ConsentDecision(std::shared_ptr<ConsentSet const> set, RequestFacts request);

    // Of all resources of the patient: permit leaves each, deny none.
    [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
    // What decided; of a filter, all that may decide.
    [[nodiscard]] std::vector<PolicyRuleId> const& rules() const noexcept { return rules_; }
    // Nothing: without a filter, or if type and id suffice.
    [[nodiscard]] Needs needs() const noexcept { return needs_; }
    [[nodiscard]] Judgement judge(ResourceFacts const& resource) const;

private:
    std::shared_ptr<ConsentSet const> set_;
    RequestFacts request_;
    Outcome outcome_ = Outcome::deny;
    std::vector<PolicyRuleId> rules_;
    Needs needs_;
};

class ConsentRules {
public:
    // `consents`: all that are current, whatever their status. `unreadable`: how many more there
    // are that could not be opened or parsed; each denies. `outside`: consents of this patient that
    // stand outside of their record, where others might write them: they deny, and permit nothing.
    // `access`: of the caller.
    [[nodiscard]] static ConsentRules of(std::span<fhir::ResourceView const> consents,
                                         ConsentSettings settings, EphiAccess const& access,
                                         std::size_t unreadable = 0,
                                         std::span<fhir::ResourceView const> outside = {});

    [[nodiscard]] ConsentDecision decide(RequestFacts request) const;
    // Instances (Type/id) of which RequestFacts::relations should tell what they refer to. Sorted.
    [[nodiscard]] std::vector<std::string> related() const;
    // Actors (Type/id) of which RequestFacts::memberships should tell. Sorted.
    [[nodiscard]] std::vector<std::string> actors() const;
    // Whether no consent says anything.
    [[nodiscard]] bool empty() const noexcept { return set_->consents.empty(); }

private:
    explicit ConsentRules(std::shared_ptr<ConsentSet const> set) : set_(std::move(set)) {}
    std::shared_ptr<ConsentSet const> set_;
};

}  // namespace salus::consent
