// Scopes and purposes of use in plain words, for who has to decide about them. Pure functions, any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"
#include "request/purpose_of_use.h"
#include "request/scope_request.h"

namespace salus::sign_in {

struct Allowance {
    std::string what;  // "See the patient's records:"
    // "medication requests", "vaccinations (only entries with status = completed)"; empty: `what`
    // says it all.
    std::vector<std::string> things;
};

// Of the patient who was chosen, of oneself, or of everybody whom the person may see.
enum class Whose : std::uint8_t { chosen_patient, own };
[[nodiscard]] std::vector<Allowance> in_words(request::ScopeRequest const& scope, Whose whose);
// When what somebody allows with these scopes ends, in a sentence or two.
[[nodiscard]] std::string until_in_words(request::ScopeRequest const& scope);
// What somebody acts for: "care and treatment".
[[nodiscard]] Literal purpose_in_words(request::PurposeOfUse purpose) noexcept;
// "MedicationRequest": "medication requests".
[[nodiscard]] std::string things_of(std::string_view type);

}  // namespace salus::sign_in
