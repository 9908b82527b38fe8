// What policies/ of the source tree supplies to an installed server, as it was when the program was
// built: the schema that policies are validated against, and the set that a hospital can start from
// (policies/README.md). Embedded by cmake/policies.cmake. Any thread.
#pragma once

#include <span>
#include <string_view>

namespace salus::authorization {

struct SuppliedFile {
    std::string_view path;  // "care.cedar", "facts.json", "tests/care.json"
    std::string_view text;
};

// policies/schema.cedarschema.
[[nodiscard]] std::string_view schema_text() noexcept;
// policies/hospital: rules, facts and decision tables, in the order of their paths.
[[nodiscard]] std::span<SuppliedFile const> hospital_set() noexcept;

}  // namespace salus::authorization
