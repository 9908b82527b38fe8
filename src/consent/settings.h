// How a tenant uses consents: what applies without one, and what the policies mean that consents
// agree to (IHE PCF, volume 1, section 53.2.1). Values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "consent/facts.h"

namespace salus::consent {

// The overarching policies that PCF defines.
enum class OverarchingPolicy : std::uint8_t {
    deny,              // nothing (opt-in: every use needs a consent)
    break_glass_only,  // a declared emergency alone
    basic_normal,      // treatment
    all_normal,        // whatever authorization allows (opt-out)
};

// https://profiles.ihe.net/ITI/PCF/Policy-deny, -break-glass-only, -basic-normal, -all-normal.
[[nodiscard]] std::optional<OverarchingPolicy> overarching_policy_of(std::string_view uri);
[[nodiscard]] bool allows(OverarchingPolicy policy, RequestFacts const& request);

struct ConsentSettings {
    // What applies to a patient of whom no consent says anything (PCF: deny, unless declared).
    OverarchingPolicy implicit = OverarchingPolicy::deny;
    // A consent permits only with verification.verified. It denies without.
    bool verified_only = false;
    // A consent that permitted and has ended (inactive, or its period is over) leaves the patient
    // without the implicit permission: withdrawing never widens. false: as if it had never been.
    bool ended_consents_bind = true;
    // New records by practitioners who treat the patient are no consent's matter: a denial then
    // says what they may see, and not that nobody writes down what they did (45 CFR 164.522(a)(1)
    // is about uses and disclosures). Asked by whoever stores, not by ConsentRules.
    bool treating_may_add = false;
    // What policies (policy.uri) of the operator's own amount to.
    std::map<std::string, OverarchingPolicy, std::less<>> policies{};
    // Those that are listed nowhere.
    OverarchingPolicy unlisted = OverarchingPolicy::deny;
};

}  // namespace salus::consent
