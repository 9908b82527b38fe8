// The validator: whether policies can fail on data that keeps to a schema, and whether they can
// apply at all (Cedar language reference, "Policy validation", strict mode). A policy is checked
// once for each triple of principal type, action and resource type that the schema has and the
// policy's head admits. What passes can fail only by overflow, or on an entity that is not there.
//
// It may refuse what Cedar's validator takes, never the other way about
// (docs/decisions/0046-policy-validator.md). Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cedar/expression.h"
#include "cedar/schema.h"

namespace salus::cedar {

// Of one policy, errors and warnings each.
inline constexpr std::size_t kFindingsMost = 50;
// Expressions looked at in all triples together. Beyond, policies are refused.
inline constexpr std::size_t kValidationSteps = 20'000'000;
// Expressions in each other, which is more than the parser makes.
inline constexpr std::size_t kValidationDepth = 400;

struct Finding {
    std::string policy;  // its id
    Message message;
    friend bool operator==(Finding const&, Finding const&) = default;
};

struct Validation {
    std::vector<Finding> errors;
    // Policies that cannot be satisfied, though nothing in them is wrong.
    std::vector<Finding> warnings;
    [[nodiscard]] bool passed() const noexcept { return errors.empty(); }
};

// In the order of the policies, and of their texts.
[[nodiscard]] Validation validate(std::span<Policy const> policies, Schema const& schema);

}  // namespace salus::cedar
