// Request targets and forms: strict parsing of paths and name=value lists (RFC 3986, and
// application/x-www-form-urlencoded as FHIR and OAuth use it). One spelling reaches one route:
// empty, "." and ".." segments, encoded slashes, encoded letters and digits, and invalid
// percent-encoding are refused (API-2).
// Pure functions over text that the caller opened; the results are ePHI as much as their input.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace salus::request {

struct Parameter {
    std::string name;
    std::string value;
};

// Segments decoded; "/" is the empty list.
struct TargetPath {
    std::vector<std::string> segments;
    std::string_view query;  // as received, without '?'; borrows the target
};

[[nodiscard]] Result<TargetPath> parse_target(std::string_view target);
// Errc::invalid for broken encoding or more than limits::kSearchParameters entries.
[[nodiscard]] Result<std::vector<Parameter>> parse_form(std::string_view text);
// Encodes everything but RFC 3986 unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);
// Whether the name occurs, once or more.
[[nodiscard]] bool has_parameter(std::vector<Parameter> const& parameters, std::string_view name);
// The value, if the name occurs exactly once.
[[nodiscard]] std::optional<std::string_view> single(std::vector<Parameter> const& parameters,
                                                     std::string_view name);

}  // namespace salus::request
