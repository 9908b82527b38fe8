#include "consent/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "consent/provision.h"

namespace salus::consent {

std::optional<OverarchingPolicy> overarching_policy_of(std::string_view uri) {
    static constexpr auto kPolicies =
        std::to_array<std::pair<std::string_view, OverarchingPolicy>>({
            {"https://profiles.ihe.net/ITI/PCF/Policy-deny", OverarchingPolicy::deny},
            {"https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only",
             OverarchingPolicy::break_glass_only},
            {"https://profiles.ihe.net/ITI/PCF/Policy-basic-normal",
             OverarchingPolicy::basic_normal},
            {"https://profiles.ihe.net/ITI/PCF/Policy-all-normal", OverarchingPolicy::all_normal},
        });
    for (auto const& [known, policy] : kPolicies) {
        if (known == uri) return policy;
    }
    return std::nullopt;
}

bool allows(OverarchingPolicy policy, RequestFacts const& request) {
    switch (policy) {
        case OverarchingPolicy::deny: return false;
        case OverarchingPolicy::break_glass_only: return request.break_glass;
        case OverarchingPolicy::basic_normal:
            return request.break_glass || request.purpose == request::PurposeOfUse::treatment ||
                   request.purpose == request::PurposeOfUse::emergency;
        case OverarchingPolicy::all_normal: return true;
    }
    return false;
}

}  // namespace salus::consent
