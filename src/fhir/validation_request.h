// What $validate is asked (https://hl7.org/fhir/R4/resource-operation-validate.html).
// Thread safety: values; pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fhir/resource.h"

namespace salus::fhir {

enum class ValidationMode : std::uint8_t { any, create, update, remove, profile };

struct ValidationRequest {
    ValidationMode mode = ValidationMode::any;
    std::vector<std::string> profiles;   // by canonical URL
    std::string type;                    // of the address
    std::string id;                      // of the address; empty: none
    std::optional<EphiText> resource{};  // nothing: none was sent
};

// "create", "update", "delete", "profile". Errc::invalid.
[[nodiscard]] Result<ValidationMode> validation_mode(std::string_view code);
// Adds what the body says: a resource, or Parameters with resource, mode and profile. Errc::invalid
// if it is not JSON, says something else, or has no resource where the mode needs one.
[[nodiscard]] Result<void> read_validation_body(EphiText body, json::Parser& parser,
                                                ValidationRequest& request);
// All that can be said. Errc::invalid: it cannot even be read.
[[nodiscard]] Result<IssueList> validate(ValidationRequest request, json::Parser& parser,
                                         ProfileSet const* profiles);

}  // namespace salus::fhir
