// The tests of the Cedar project (cedar-integration-tests, Apache-2.0), which its fuzzers found and
// its formal model answered: which policies validate against which schema, and which requests do.
// Absent material: nothing runs, and a line says so.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cedar/datetime.h"
#include "cedar/decimal.h"
#include "cedar/ip_range.h"
#include "cedar/policy_set.h"
#include "cedar/schema_conformance.h"
#include "cedar/validator.h"
#include "json/document.h"

namespace salus::cedar {
namespace {

// One JSON object a line.
std::vector<std::string> corpus_lines() {
    auto const* const variable = std::getenv("SALUS_MATERIAL");
    auto const folder = variable != nullptr
                            ? std::filesystem::path(variable)
                            : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    auto const file = folder / "cedar-corpus-dev" / "corpus.ndjson.gz";
    std::vector<std::string> lines;
    if (!std::filesystem::exists(file)) {
        std::cout << "the corpus is absent: nothing ran\n";
        return lines;
    }
    using Pipe = std::unique_ptr<FILE, decltype([](FILE* pipe) { pclose(pipe); })>;
    Pipe const pipe(popen(("gzip -dc '" + file.string() + "'").c_str(), "r"));
    std::string text;
    std::array<char, 65536> buffer{};
    while (auto const size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        text.append(buffer.data(), size);
    }
    for (std::size_t at = 0; at < text.size();) {
        auto const end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
}

EntityUid corpus_uid(json::Value object) {
    return {object.text_member("type").value(), object.text_member("id").value()};
}

Value corpus_value(json::Value value);

Value corpus_extension(json::Value object) {
    auto const function = object.text_member("fn").value();
    if (function == "offset") {  // of years that datetime() does not spell
        auto const first = corpus_value(*object.member("args")->elements().begin());
        EXPECT_TRUE(std::holds_alternative<DateTime>(first.variant()));
        return first;  // its type is all that counts here
    }
    auto const text = object.text_member("arg").value();
    if (function == "ip") return Value(parse_ip(text).value());
    if (function == "decimal") return Value(parse_decimal(text).value());
    if (function == "datetime") return Value(parse_datetime(text).value());
    return Value(parse_duration(text).value());
}

Record corpus_record(json::Value object) {
    std::vector<Record::Member> members;
    for (auto const member : object.members()) {
        members.emplace_back(member.name(), corpus_value(member.value));
    }
    return Record(std::move(members));
}

Value corpus_value(json::Value value) {
    switch (value.kind()) {
        case json::Kind::boolean: return Value(value.boolean());
        case json::Kind::number: return Value(value.integer().value());
        case json::Kind::string: return Value(value.text());
        case json::Kind::array: {
            std::vector<Value> elements;
            for (auto const element : value.elements()) elements.push_back(corpus_value(element));
            return Value(Set(std::move(elements)));
        }
        case json::Kind::object:
            if (auto const uid = value.member("__entity")) return Value(corpus_uid(*uid));
            if (auto const call = value.member("__extn")) return corpus_extension(*call);
            return Value(corpus_record(value));
        case json::Kind::null: break;
    }
    ADD_FAILURE() << "null is no value";
    return Value(false);
}

Entity corpus_entity(json::Value object) {
    Entity entity{.uid = corpus_uid(*object.member("uid")),
                  .attributes = std::make_shared<Record>(corpus_record(*object.member("attrs"))),
                  .tags = nullptr,
                  .parents = {}};
    if (auto const tags = object.member("tags")) {
        entity.tags = std::make_shared<Record>(corpus_record(*tags));
    }
    for (auto const parent : object.member("parents")->elements()) {
        entity.parents.push_back(corpus_uid(parent));
    }
    return entity;
}

struct CorpusTally {
    int agreed = 0;
    std::vector<std::string> lax;             // tests that pass, and should not
    std::map<std::string, int> strict;        // why tests that should pass do not
    std::map<std::string, int> unconforming;  // why data that conform do not
};

// Without the names that a policy gives, so that reasons can be counted.
std::string reason_of(Message const& message) {
    return message.text.substr(0, message.text.find(" (principal"));
}

void run_corpus_policies(json::Value test, Schema const& schema, CorpusTally& tally) {
    auto const policies = parse_policies(test.text_member("policies").value());
    if (!policies) {
        ++tally.strict["not parsed: " + policies.error().front().text];
        return;
    }
    auto const validation = validate(*policies, schema);
    auto const expected = test.member("shouldValidate")->boolean();
    if (validation.passed() == expected) {
        ++tally.agreed;
    } else if (validation.passed()) {
        tally.lax.push_back(test.text_member("id").value());
    } else {
        ++tally.strict[reason_of(validation.errors.front().message)];
    }
}

void run_corpus_data(json::Value test, Schema const& schema, CorpusTally& tally) {
    for (auto const object : test.member("entities")->elements()) {
        auto const conformance = conforms(corpus_entity(object), schema);
        if (!conformance) ++tally.unconforming[conformance.error()];
    }
    for (auto const object : test.member("requests")->elements()) {
        auto const principal = corpus_uid(*object.member("principal"));
        auto const action = corpus_uid(*object.member("action"));
        auto const resource = corpus_uid(*object.member("resource"));
        auto const context = corpus_record(*object.member("context"));
        auto const conformance = conforms(Request{principal, action, resource, context}, schema);
        auto const expected = object.member("validateRequest")->boolean();
        if (conformance.has_value() != expected) {
            ++tally.unconforming[conformance ? "should not conform" : conformance.error()];
        }
    }
}

void show(std::map<std::string, int> const& reasons) {
    for (auto const& [reason, count] : reasons) std::cout << "  " << count << " " << reason << '\n';
}

TEST(ValidatorCorpus, IsAtMostStricterThanCedar) {
    auto const lines = corpus_lines();
    CorpusTally tally;
    json::Parser parser;
    for (auto const& line : lines) {
        auto const document = parser.parse(line);
        ASSERT_TRUE(document.has_value());
        auto const test = document->root();
        auto const schema = Schema::parse(test.text_member("schema").value());
        ASSERT_TRUE(schema.has_value()) << schema.error().front().text;
        run_corpus_policies(test, *schema, tally);
        run_corpus_data(test, *schema, tally);
    }
    std::cout << "policies: " << tally.agreed << " of " << lines.size() << " agree\n";
    show(tally.strict);
    show(tally.unconforming);
    for (auto const& id : tally.lax) ADD_FAILURE() << id << " should not validate";
    EXPECT_TRUE(tally.strict.empty());
    EXPECT_TRUE(tally.unconforming.empty());
}

}  // namespace
}  // namespace salus::cedar
