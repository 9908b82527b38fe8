// What one consent says. Two ways that agree: of a request and a resource, exactly; of a request
// alone, all that it may say of some resource. Pure functions.
#pragma once

#include <cstdint>

#include "consent/consent.h"

namespace salus::consent {

enum class Says : std::uint8_t { nothing, permit, deny };

struct Statement {
    Says says = Says::nothing;
    Provision const* by = nullptr;  // nothing: nullptr
};
[[nodiscard]] Statement statement_of(Consent const& consent, RequestFacts const& request,
                                     ResourceFacts const& resource);

struct Possible {
    bool nothing = false;
    bool permit = false;
    bool deny = false;
    [[nodiscard]] bool only_deny() const noexcept { return deny && !permit && !nothing; }
    [[nodiscard]] bool only_permit() const noexcept { return permit && !deny && !nothing; }
};
[[nodiscard]] Possible possible(Consent const& consent, RequestFacts const& request);

// Whether it leaves no implicit permission to the request: its base rule permits, and it has begun.
[[nodiscard]] bool binds(Consent const& consent, RequestFacts const& request,
                         ConsentSettings const& settings);

}  // namespace salus::consent
