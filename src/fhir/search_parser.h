// Builds a SearchQuery. Private to the room; SearchQuery::parse() is the door.
#pragma once

#include <string_view>

#include "fhir/search.h"

namespace salus::fhir {

class SearchParser {
public:
    SearchParser(Type const& type, WallTime now, LoadedParametersPointer loaded)
        : query_(type, std::move(loaded)), now_(now.time_since_epoch().count()) {}
    [[nodiscard]] Result<void> add(std::string_view name, std::string_view value);
    void ignore(std::size_t position) { query_.ignored_.push_back(position); }
    // Whether a parameter of this name could be understood, whatever its modifiers and value.
    [[nodiscard]] bool knows(std::string_view name) const;
    [[nodiscard]] Result<SearchQuery> finish() &&;

private:
    [[nodiscard]] LoadedParameters const* loaded() const noexcept { return query_.loaded_.get(); }
    // True if the name is one of a result-shaping parameter.
    [[nodiscard]] Result<bool> add_shape(std::string_view name, std::string_view value);
    [[nodiscard]] Result<void> add_sort(std::string_view value);
    [[nodiscard]] Result<void> add_elements(std::string_view value);
    [[nodiscard]] Result<void> add_include(std::string_view name, std::string_view value);
    [[nodiscard]] Result<SearchClause> clause(Type const& type, std::string_view name,
                                              std::string_view value, std::size_t depth) const;
    [[nodiscard]] Result<SearchClause> plain(Type const& type, std::string_view name,
                                             std::string_view value) const;
    [[nodiscard]] Result<SearchClause> chain(Type const& type, std::string_view name,
                                             std::string_view value, std::size_t depth) const;
    [[nodiscard]] Result<SearchClause> has(Type const& type, std::string_view name,
                                           std::string_view value, std::size_t depth) const;

    SearchQuery query_;
    std::int64_t now_;
};

}  // namespace salus::fhir
