// Builds a SearchQuery. Private to the room; SearchQuery::parse() is the door.
#pragma once

#include <string_view>

#include "fhir/search.h"

namespace salus::fhir {

class SearchParser {
public:
    SearchParser(Type const& type, WallTime now) : query_(type), now_(now) {}
    [[nodiscard]] Result<void> add(std::string_view name, std::string_view value);
    [[nodiscard]] SearchQuery finish() && { return std::move(query_); }

private:
    // True if the name is one of a result-shaping parameter.
    [[nodiscard]] Result<bool> add_shape(std::string_view name, std::string_view value);
    [[nodiscard]] Result<void> add_sort(std::string_view value);
    [[nodiscard]] Result<void> add_elements(std::string_view value);
    [[nodiscard]] Result<void> add_clause(std::string_view name, std::string_view value);
    [[nodiscard]] Result<Criterion> criterion(SearchClause const& clause, Type const* target,
                                              std::string_view written) const;
    [[nodiscard]] Result<Criterion> date(std::string_view text) const;

    SearchQuery query_;
    WallTime now_;
};

}  // namespace salus::fhir
