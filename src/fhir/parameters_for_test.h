// For tests: search parameters of a package, compiled. Included by tests only.
#pragma once

#include <functional>
#include <gtest/gtest.h>

#include "fhir/packages/parameter_reader.h"

namespace salus::fhir::testing {

// Different texts have different ones here too, as far as tests ask.
inline std::string digest_for_test(std::string_view text) {
    auto const number = std::to_string(std::hash<std::string_view>()(text));
    return (number + std::string(2 * kStampBytes, '0')).substr(0, 2 * kStampBytes);
}

// `rest`: members behind the usual ones, with a comma before each.
inline std::string parameter_json(std::string const& base, std::string const& code,
                                  std::string const& type, std::string const& expression,
                                  std::string const& rest = "") {
    return R"({"resourceType":"SearchParameter","status":"active","url":"http://example.org/)" +
           base + "-" + code + R"(","code":")" + code + R"(","base":[")" + base + R"("],"type":")" +
           type + R"(","expression":")" + expression + "\"" + rest + "}";
}

inline ReadParameters parameters_of(std::vector<std::string> definitions) {
    std::vector<Package> packages(1);
    packages.front().search_parameters = std::move(definitions);
    auto read = ParameterReader::read(packages, digest_for_test);
    EXPECT_TRUE(read.has_value());
    return *std::move(read);
}

inline LoadedParametersPointer loaded_of(std::vector<std::string> definitions) {
    auto read = parameters_of(std::move(definitions));
    for (auto const& each : read.report->refused)
        ADD_FAILURE() << each.base << "?" << each.code << ": " << each.because;
    return read.parameters;
}

}  // namespace salus::fhir::testing
