// For random granular scopes: whatever any route shows matches one of them, and whatever matches is
// found. The oracle knows what each resource was made with, and reads no index.
#include <array>
#include <gtest/gtest.h>
#include <random>

#include "pipeline/scoped_requests_for_test.h"

namespace salus::pipeline {
namespace {

using testing::PipelineRoom;

struct Made {
    std::string type;
    std::string name;
    std::string patient;
    std::array<int, 2> choices;  // of the first and the second parameter of its type
    bool tagged;
};

// Two parameters of each type, with the values that resources are made with.
struct Choices {
    char const* type;
    std::array<char const*, 2> parameters;
    std::array<std::array<char const*, 3>, 2> values;
};
constexpr std::array<Choices, 3> kChoices{
    {{"Observation", {"category", "status"}, {{{"a", "b", "c"}, {"final", "amended", "unknown"}}}},
     {"Condition", {"category", "severity"}, {{{"a", "b", "c"}, {"x", "y", "z"}}}},
     {"Encounter",
      {"class", "status"},
      {{{"AMB", "EMER", "HH"}, {"finished", "planned", "arrived"}}}}}};

Choices const& choices_of(std::string const& type) {
    return *std::ranges::find(kChoices, type, &Choices::type);
}

std::string coded(char const* code) {
    return std::string(R"({"coding":[{"system":"urn:s","code":")") + code + "\"}]}";
}

std::string json_of(Made const& made) {
    auto const& choices = choices_of(made.type);
    auto const* first = choices.values[0][static_cast<std::size_t>(made.choices[0])];
    auto const* second = choices.values[1][static_cast<std::size_t>(made.choices[1])];
    std::string out = R"({"resourceType":")" + made.type + R"(","id":")" +
                      made.name.substr(made.type.size() + 1) +
                      R"(","subject":{"reference":"Patient/)" + made.patient + "\"}";
    if (made.tagged) out += R"(,"meta":{"tag":[{"system":"urn:t","code":"t"}]})";
    if (made.type == "Observation")
        return out + R"(,"code":{"text":"x"},"status":")" + second + R"(","category":[)" +
               coded(first) + "]}";
    if (made.type == "Condition")
        return out + R"(,"category":[)" + coded(first) + R"(],"severity":)" + coded(second) + "}";
    return out + R"(,"class":{"code":")" + first + R"("},"status":")" + second + "\"}";
}

// One parameter of a constraint: of the type, or the tag.
struct Wanted {
    bool by_tag = false;
    std::size_t parameter = 0;
    std::vector<int> values;
    bool negated = false;

    [[nodiscard]] bool holds(Made const& made) const {
        bool const found = by_tag
                               ? made.tagged
                               : std::ranges::find(values, made.choices[parameter]) != values.end();
        return found != negated;
    }
};

struct RandomScope {
    std::string text;
    std::string type;  // or *
    std::vector<Wanted> wanted;

    [[nodiscard]] bool is_about(std::string const& asked) const {
        return type == "*" || type == asked;
    }
    [[nodiscard]] bool permits(Made const& made) const {
        return is_about(made.type) &&
               std::ranges::all_of(wanted, [&](Wanted const& each) { return each.holds(made); });
    }
};

class GranularPropertyTest : public testing::ScopedRequests {
protected:
    static constexpr std::array<char const*, 3> kPatients{"p1", "p2", "p3"};

    void SetUp() override {
        for (auto const* patient : kPatients) {
            put(std::string("Patient/") + patient, testing::patient_json(patient));
            for (auto const& choices : kChoices) {
                for (int i = 0; i < 5; ++i) add(choices.type, patient);
            }
        }
    }
    void add(std::string const& type, std::string const& patient) {
        Made made{type,
                  type + "/r" + std::to_string(made_.size()),
                  patient,
                  {pick(3), pick(3)},
                  pick(3) == 0};
        put(made.name, json_of(made));
        made_.push_back(std::move(made));
    }
    int pick(int choices) { return static_cast<int>(random_() % static_cast<unsigned>(choices)); }

    Wanted some_parameter(RandomScope& scope) {
        Wanted wanted{.by_tag = scope.type == "*" || pick(4) == 0, .negated = pick(4) == 0};
        scope.text += scope.text.contains('?') ? "&" : "?";
        if (wanted.by_tag) {
            scope.text += wanted.negated ? "_tag:not=urn:t|t" : "_tag=urn:t|t";
            return wanted;
        }
        auto const& choices = choices_of(scope.type);
        wanted.parameter = static_cast<std::size_t>(pick(2));
        scope.text += choices.parameters.at(wanted.parameter);
        scope.text += wanted.negated ? ":not=" : "=";
        for (int left = 1 + pick(2); left > 0; --left) {
            auto const value = pick(3);
            wanted.values.push_back(value);
            scope.text += choices.values.at(wanted.parameter).at(static_cast<std::size_t>(value));
            if (left > 1) scope.text += ",";
        }
        return wanted;
    }
    RandomScope some_scope() {
        RandomScope scope;
        auto const type = pick(4);
        scope.type = type == 3 ? "*" : kChoices.at(static_cast<std::size_t>(type)).type;
        scope.text = "system/" + scope.type + ".rs";
        for (int left = 1 + pick(2); left > 0; --left)
            scope.wanted.push_back(some_parameter(scope));
        return scope;
    }

    void check(std::vector<RandomScope> const& scopes) {
        std::string text = "system/Patient.rs";
        for (auto const& scope : scopes) text += " " + scope.text;
        SCOPED_TRACE(text);
        auto const is_asked = [&](std::string const& type) {
            return std::ranges::any_of(scopes,
                                       [&](auto const& each) { return each.is_about(type); });
        };
        for (auto const& made : made_) {
            bool const permitted =
                std::ranges::any_of(scopes, [&](auto const& each) { return each.permits(made); });
            int const code = permitted ? 200 : is_asked(made.type) ? 404 : 403;
            for (auto const* rest : {"", "/_history/1", "/_history"})
                EXPECT_EQ(as(text, {.target = made.name + rest}).status, code) << made.name << rest;
            shown_ += permitted ? 1U : 0U;
            hidden_ += permitted ? 0U : 1U;
        }
        for (auto const* patient : kPatients) check_patient(text, scopes, patient, is_asked);
    }

    template <class IsAsked>
    void check_patient(std::string const& text, std::vector<RandomScope> const& scopes,
                       std::string const& patient, IsAsked const& is_asked) {
        auto const name = "Patient/" + patient;
        Names all{name};
        for (auto const& choices : kChoices) {
            std::string const type = choices.type;
            Names expected;
            for (auto const& made : made_) {
                bool const permitted = made.type == type && made.patient == patient &&
                                       std::ranges::any_of(scopes, [&](auto const& each) {
                                           return each.permits(made);
                                       });
                if (permitted) expected.insert(made.name);
            }
            all.insert(expected.begin(), expected.end());
            auto const search = type + "?patient=" + patient + "&_count=2";
            if (!is_asked(type)) {
                EXPECT_EQ(as(text, {.target = search}).status, 403);
                continue;
            }
            EXPECT_EQ(found(text, search), expected);
            EXPECT_EQ(total_, std::to_string(expected.size()));
            auto along = expected;
            along.insert(name);
            EXPECT_EQ(found(text, "Patient?_id=" + patient + "&_revinclude=" + type + ":patient"),
                      along);
        }
        EXPECT_EQ(found(text, name + "/*?_count=4"), all);
        EXPECT_EQ(found(text, name + "/$everything?_count=4"), all);
        EXPECT_EQ(total_, std::to_string(all.size()));
    }

    std::mt19937 random_{20261126};
    std::vector<Made> made_;
    std::size_t shown_ = 0;
    std::size_t hidden_ = 0;
};

TEST_F(GranularPropertyTest, WhatIsShownMatchesAndWhatMatchesIsFound) {
    for (int round = 0; round < 12 && !HasFailure(); ++round) {
        std::vector<RandomScope> scopes;
        for (int left = 1 + pick(3); left > 0; --left) scopes.push_back(some_scope());
        check(scopes);
    }
    // The property was not empty.
    EXPECT_GT(shown_, 100U);
    EXPECT_GT(hidden_, 100U);
}

}  // namespace
}  // namespace salus::pipeline
