// A decision as the audit leaf of its request names it, last among its rules:
//
//   permitted:read:Patient    refused:search:Observation    sign-in:update:Patient
//
// how it was decided, the interaction by its name, and the resource type where it is on one. A
// refusal names no document, so this alone says what was refused; by it a policy can be replayed
// against the log (AZ-8). No ePHI: types, not records. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/strong_id.h"
#include "request/interaction.h"

namespace salus::authorization {

enum class RecordedVerdict : std::uint8_t {
    permitted,
    refused,
    sign_in,  // refused for nothing but how the person had signed in (RFC 9470)
};

struct RecordedDecision {
    RecordedVerdict verdict = RecordedVerdict::refused;
    request::Interaction interaction = request::Interaction::read;
    std::string type;  // empty: on the system, or a function of the server
};

[[nodiscard]] PolicyRuleId to_rule(RecordedDecision const& decision);
// Whether a rule of a leaf stands for a decision, be it one that this version can read or not.
[[nodiscard]] bool is_recorded_decision(std::string_view rule) noexcept;
// Nothing: it is another rule, or its interaction or type is none of this version's.
[[nodiscard]] std::optional<RecordedDecision> recorded_decision(std::string_view rule);

}  // namespace salus::authorization
