// From the text of a search value to what it is compared with. Private to the room.
#pragma once

#include "fhir/search.h"

namespace salus::fhir {

// Splits at a separator that no backslash escapes (search.html#escaping). Escapes stay.
[[nodiscard]] std::vector<std::string_view> split_values(std::string_view text, char separator);

struct CriterionForm {
    ParameterType type;
    SearchModifier modifier = SearchModifier::none;
    Type const* target = nullptr;                      // of a reference: its one type
    std::span<SearchComponent const> components = {};  // of a composite
    std::int64_t now = 0;                              // nanoseconds since the Unix epoch
};

// One alternative. Errc::invalid.
[[nodiscard]] Result<Criterion> parse_criterion(CriterionForm const& form,
                                                std::string_view written);

}  // namespace salus::fhir
