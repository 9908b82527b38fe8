// Inside the room: the decision tables that come with a proposed version of the policy (AZ-8).
#pragma once

#include <cstdint>
#include <optional>

#include "authorization/policy.h"
#include "foundation/result.h"
#include "json/document.h"
#include "request/prepared.h"

namespace salus::admin {

struct TestedPolicy {
    std::int64_t cases = 0;  // that came out as the tables say; 0: none came with it
    std::optional<request::Prepared> refusal;  // 422: which did not, or where a table is none
};

// {"facts": text, "tables": [{"name", "text"}]}, both or neither, of the proposal: the texts of
// facts.json and of the tables beside a policy (policies/README.md). Errc::invalid: another kind.
[[nodiscard]] Result<TestedPolicy> test_policy(authorization::Policy const& policy,
                                               json::Value proposal);

}  // namespace salus::admin
