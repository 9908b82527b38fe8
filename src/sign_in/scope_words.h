// Scopes in plain words, for who has to decide about them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "request/scope_request.h"

namespace salus::sign_in {

struct Allowance {
    std::string what;                 // "See the patient's records:"
    std::vector<std::string> things;  // "medication requests"; empty: `what` says it all
};

// Of the patient who was chosen, of oneself, or of everybody whom the person may see.
enum class Whose : std::uint8_t { chosen_patient, own };
[[nodiscard]] std::vector<Allowance> in_words(request::ScopeRequest const& scope, Whose whose);
// "MedicationRequest": "medication requests".
[[nodiscard]] std::string things_of(std::string_view type);

}  // namespace salus::sign_in
