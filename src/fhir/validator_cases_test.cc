// HL7's own test cases for validators, those that need nothing but base R4: what must be refused
// and what must not (https://github.com/FHIR/fhir-test-cases).
#include <array>
#include <map>

#include "fhir/material_for_test.h"
#include "fhir/resource.h"

namespace salus::fhir {
namespace {

struct Case {
    std::string id;
    std::string file;
    bool must_refuse;
};

// Verdicts that are not base R4's: an option of HL7's validator makes them.
bool is_by_option(std::string_view id) {
    return id == "json-comments-1-yes" ||             // comments are no JSON
           id == "shc-bundle" ||                      // a byte order mark (RFC 8259 section 8.1)
           id == "contained-resource-bad-id-ignore";  // the same file is refused without the option
}

// JSON cases with empty `needs`.
std::vector<Case> base_cases(std::filesystem::path const& list) {
    std::vector<Case> cases;
    std::ifstream stream(list);
    json::Parser parser;
    for (std::string line; std::getline(stream, line);) {
        auto const document = parser.parse(line);
        EXPECT_TRUE(document);
        auto const root = document->root();
        if (root.member("needs")->size() != 0 || !root.member("format")->is_text("json")) continue;
        auto const errors = root.member("expect")->member("errors")->integer();
        cases.push_back({*root.text_member("id"), *root.text_member("file"), *errors > 0});
    }
    return cases;
}

TEST(ValidatorCasesTest, AgreesWithHl7OnBaseR4) {
    auto const files = material("fhir-validator-cases-dev");
    if (files.empty()) return;
    auto const folder = files.front().parent_path();
    std::size_t refused = 0;
    std::size_t must_refuse = 0;
    std::size_t accepted = 0;
    std::size_t must_accept = 0;
    for (auto const& each : base_cases(folder / "cases.ndjson")) {
        if (is_by_option(each.id)) continue;
        auto const resource = parse_text(read_text(folder / "files" / each.file));
        (each.must_refuse ? must_refuse : must_accept) += 1;
        if (each.must_refuse)
            refused += resource ? 0U : 1U;
        else
            accepted += resource ? 1U : 0U;
        if (each.must_refuse == !resource) continue;
        std::cout << (each.must_refuse ? "accepted though wrong: " : "refused though right: ")
                  << each.id << ' ' << (resource ? "" : describe(resource.error())) << '\n';
    }
    std::cout << "refused " << refused << " of " << must_refuse << ", accepted " << accepted
              << " of " << must_accept << '\n';
    EXPECT_GE(refused * 100, must_refuse * 70);
    EXPECT_GE(accepted * 100, must_accept * 98);
    EXPECT_GE(must_accept, 45U);
}

}  // namespace
}  // namespace salus::fhir
