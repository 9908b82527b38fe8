// HL7's own test cases for validators, those that need nothing but base R4: what must be refused
// and what must not (https://github.com/FHIR/fhir-test-cases). docs/handbook/validation.md tells of
// those that are decided otherwise.
#include <set>

#include "fhir/material_for_test.h"
#include "fhir/resource.h"

namespace salus::fhir {
namespace {

struct Case {
    std::string id;
    std::string file;
    bool must_refuse;
};

// The cases of one table of docs/handbook/validation.md, which has the reasons.
std::set<std::string> cases_under(std::string_view heading) {
    std::ifstream page(std::string(SALUS_SOURCE_DIR) + "/docs/handbook/validation.md");
    EXPECT_TRUE(page);
    std::set<std::string> cases;
    bool here = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) here = line.substr(3) == heading;
        bool const row = line.starts_with("| ") && !line.starts_with("| case ");
        if (here && row) cases.insert(line.substr(2, line.find(" |", 2) - 2));
    }
    return cases;
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
    auto const left_out = cases_under("Left out");
    std::set<std::string> accepted_though_wrong;
    for (auto const& each : base_cases(folder / "cases.ndjson")) {
        if (left_out.contains(each.id)) continue;
        auto const resource = parse_text(read_text(folder / "files" / each.file));
        (each.must_refuse ? must_refuse : must_accept) += 1;
        if (each.must_refuse)
            refused += resource ? 0U : 1U;
        else
            accepted += resource ? 1U : 0U;
        if (each.must_refuse && resource) accepted_though_wrong.insert(each.id);
        EXPECT_TRUE(each.must_refuse || resource) << each.id << ' ' << describe(resource.error());
    }
    std::cout << "refused " << refused << " of " << must_refuse << ", accepted " << accepted
              << " of " << must_accept << '\n';
    EXPECT_EQ(accepted_though_wrong, cases_under("Accepted though HL7's validator refuses them"));
    EXPECT_GE(refused * 100, must_refuse * 70);
    EXPECT_GE(accepted * 100, must_accept * 98);
    EXPECT_GE(must_accept, 45U);
}

}  // namespace
}  // namespace salus::fhir
