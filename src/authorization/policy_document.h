// What the policy in force opens, for whom and for what purpose, as a document for auditors (AZ-4;
// 45 CFR 164.514(d)(2), which asks for just this: classes of persons, and what each needs). It is
// made by asking the policy about every role that its rules name, every purpose and every type, so
// it says what is decided, not what is written. What no fact of the question can stand for - a
// patient's consent, an hour, a network - is as the Judgement takes it by default.
#pragma once

#include <string>

#include "authorization/policy.h"
#include "foundation/clock.h"
#include "foundation/strong_id.h"

namespace salus::authorization {

// Markdown. Pure, and long: some hundred thousand evaluations for ten roles; not for an event loop.
[[nodiscard]] std::string policy_document(Policy const& policy, TenantName const& tenant,
                                          WallTime now);

}  // namespace salus::authorization
