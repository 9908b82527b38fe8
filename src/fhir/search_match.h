// Whether indexed values meet what is asked. Private to the room. Allocates nothing.
#pragma once

#include "fhir/search.h"

namespace salus::fhir {

// Whether one of the values meets one of the clause's criteria.
[[nodiscard]] bool any_value_matches(SearchClause const& clause, ValueReader values) noexcept;
[[nodiscard]] bool id_matches(SearchClause const& clause, std::string_view id) noexcept;
[[nodiscard]] bool time_matches(SearchClause const& clause, std::int64_t last_updated) noexcept;

}  // namespace salus::fhir
