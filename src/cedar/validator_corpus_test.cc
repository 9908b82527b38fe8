// The tests of the Cedar project again, now their schemas: which policies validate against which
// one, and that entities and requests conform.
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cedar/entity_json.h"
#include "cedar/material_for_test.h"
#include "cedar/policy_set.h"
#include "cedar/schema_conformance.h"
#include "cedar/validator.h"
#include "json/document.h"

namespace salus::cedar {
namespace {

struct ValidationTally {
    int tests = 0;
    int agreed = 0;
    int data = 0;                             // entities and requests
    std::vector<std::string> lax;             // tests that pass, and should not
    std::map<std::string, int> strict;        // why tests that should pass do not
    std::map<std::string, int> unconforming;  // why data that conform do not
};

void run_validation(json::Value test, Schema const& schema, ValidationTally& tally) {
    auto const expected = test.member("shouldValidate")->boolean();
    auto const policies = parse_policies(*test.text_member("policies"));
    auto const validation =
        policies ? validate(*policies, schema) : Validation{{{"", policies.error().front()}}, {}};
    ++tally.tests;
    if (validation.passed() == expected) {
        ++tally.agreed;
    } else if (validation.passed()) {
        tally.lax.push_back(*test.text_member("id"));
    } else {
        ++tally.strict[validation.errors.front().message.text];
    }
}

void count_conformance(Conformance const& conformance, ValidationTally& tally) {
    ++tally.data;
    if (!conformance) ++tally.unconforming[conformance.error()];
}

void run_conformance(json::Value test, Schema const& schema, ValidationTally& tally) {
    auto const entities = read_entities(*test.member("entities"));
    ASSERT_TRUE(entities);
    for (auto const& entity : *entities) count_conformance(conforms(entity, schema), tally);
    for (auto const request : test.member("requests")->elements()) {
        auto const principal = read_entity_uid(*request.member("principal"));
        auto const action = read_entity_uid(*request.member("action"));
        auto const resource = read_entity_uid(*request.member("resource"));
        auto const context = read_record(*request.member("context"));
        ASSERT_TRUE(principal && action && resource && context);
        ASSERT_TRUE(request.member("validateRequest")->boolean());
        count_conformance(conforms({.principal = *principal,
                                    .action = *action,
                                    .resource = *resource,
                                    .context = *context},
                                   schema),
                          tally);
    }
}

void print_reasons(std::map<std::string, int> const& reasons) {
    for (auto const& [reason, count] : reasons)
        std::cout << "  " << count << ": " << reason << '\n';
}

TEST(ValidatorCorpus, IsAtMostStricterThanCedar) {
    auto const folder = corpus_folder();
    if (folder.empty()) GTEST_SKIP();
    ValidationTally tally;
    json::Parser parser;
    for_each_line(folder / "corpus.ndjson.gz", [&](std::string line) {
        auto const document = parser.parse(std::move(line));
        ASSERT_TRUE(document);
        auto const test = document->root();
        auto const schema = Schema::parse(*test.text_member("schema"));
        ASSERT_TRUE(schema) << schema.error().front().text;
        run_validation(test, *schema, tally);
        run_conformance(test, *schema, tally);
    });
    std::cout << tally.agreed << " of " << tally.tests << " tests agree, " << tally.data
              << " entities and requests\n";
    print_reasons(tally.strict);
    print_reasons(tally.unconforming);
    EXPECT_GE(tally.tests, 3'800);
    for (auto const& id : tally.lax) ADD_FAILURE() << id << " should not validate";
    EXPECT_TRUE(tally.unconforming.empty());
    EXPECT_TRUE(tally.strict.empty());
}

}  // namespace
}  // namespace salus::cedar
