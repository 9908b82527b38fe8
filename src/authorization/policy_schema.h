// The schema of policies (policies/schema.cedarschema), as it was built into the program, and
// whether policies keep to it (AZ-8): what a rule names is there, is compared with what it can be
// equal to, and is asked for before it is read where it may be missing; its head fits some request
// and its conditions can be true (docs/decisions/0048-policy-validator.md). So no rule that passes
// fails for a misspelled name, and no forbid protects nothing. Pure; any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "authorization/policy.h"
#include "cedar/schema.h"

namespace salus::authorization {

using Messages = std::vector<cedar::Message>;

inline constexpr std::size_t kSchemaMessagesMost = 50;

// Parsed when it is first asked for.
[[nodiscard]] cedar::Schema const& policy_schema();
// What the validator finds, warnings too, in the order of the text; each names its rule. Empty: it
// keeps to the schema.
[[nodiscard]] Messages validate(Policy const& policy);
// A policy as it may take effect: parsed and validated. For text from outside, too: the parser
// bounds what it takes, and the validator what it does (cedar/validator.h).
[[nodiscard]] std::expected<Policy, Messages> read_and_validate(std::string text);

}  // namespace salus::authorization
