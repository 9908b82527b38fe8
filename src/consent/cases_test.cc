// The tables under cases/: AZ-5.
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "consent/consent_for_test.h"

namespace salus::consent::testing {
namespace {

using ConsentTexts = std::map<std::string, std::string>;

std::string words(json::Value object, std::string_view name, std::string_view otherwise = "") {
    return object.text_member(name).value_or(std::string(otherwise));
}
bool flag(json::Value object, std::string_view name) {
    auto const value = object.member(name);
    return value && value->boolean();
}
std::vector<std::string> list(json::Value object, std::string_view name) {
    std::vector<std::string> texts;
    if (auto const value = object.member(name)) {
        for (auto const each : value->elements()) texts.push_back(each.text());
    }
    return texts;
}

OverarchingPolicy policy(std::string const& word) {
    auto const found = overarching_policy_of("https://profiles.ihe.net/ITI/PCF/Policy-" + word);
    EXPECT_TRUE(found) << word;
    return found.value_or(OverarchingPolicy::deny);
}

Code code(std::string const& text) {
    auto const bar = text.find('|');
    return {text.substr(0, bar), text.substr(bar + 1)};
}

Action action(std::string const& word) {
    static std::map<std::string, Action> const kWords{{"access", Action::access},
                                                      {"collect", Action::collect},
                                                      {"use", Action::use},
                                                      {"disclose", Action::disclose},
                                                      {"correct", Action::correct}};
    return kWords.at(word);
}

WallTime time(std::string const& text) {
    auto const parsed = fhir::parse_date_time(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? WallTime(std::chrono::nanoseconds(parsed->range.start)) : WallTime{};
}

// The members of a consent, and those that all have and it does not.
std::string consent_text(std::string const& id, json::Value consent, json::Value common) {
    std::string text = R"({"id":")" + id + '"';
    auto const add = [&](json::Value::Member const& member) {
        text.append(",").append(member.key.raw()).append(":").append(member.value.raw());
    };
    for (auto const& member : consent.members()) add(member);
    for (auto const& member : common.members()) {
        if (!consent.member(member.name())) add(member);
    }
    return text + "}";
}

RequestFacts request_of(json::Value line) {
    RequestFacts request;
    auto const purpose = words(line, "purpose");
    auto const space = purpose.find(' ');
    auto const known = request::purpose_of_code(purpose.substr(0, space));
    EXPECT_TRUE(known) << purpose;
    request.purpose = known.value_or(request::PurposeOfUse::treatment);
    if (space != std::string::npos) request.purposes.push_back(code(purpose.substr(space + 1)));
    request.break_glass = flag(line, "break glass");
    request.actors = list(line, "who");
    request.actors_complete = flag(line, "all of who");
    for (auto const& role : list(line, "roles")) request.roles.push_back(code(role));
    request.custodians = list(line, "custodians");
    if (line.member("actions")) request.actions = {};
    for (auto const& word : list(line, "actions")) request.actions.add(action(word));
    request.now = line.member("now") ? time(words(line, "now")) : kNow;
    request.own = flag(line, "own");
    if (auto const relations = line.member("relations")) {
        for (auto const each : relations->elements())
            request.relations.push_back({words(each, "instance"), list(each, "names")});
    }
    for (auto const& actor : list(line, "member of")) request.memberships.push_back({actor, true});
    for (auto const& actor : list(line, "no member of"))
        request.memberships.push_back({actor, false});
    return request;
}

ConsentSettings settings_of(json::Value line) {
    ConsentSettings settings;
    settings.implicit = policy(words(line, "implicit", "deny"));
    settings.verified_only = flag(line, "verified only");
    settings.ended_consents_bind = words(line, "ended") != "forgotten";
    if (auto const policies = line.member("policies")) {
        for (auto const& [uri, word] : policies->members())
            settings.policies.emplace(uri.text(), policy(word.text()));
    }
    return settings;
}

// "treat:p.1" in a table is p.1 of the consent with that id.
std::string rule_id(std::string const& word) {
    if (word.starts_with("consent:")) return word;
    auto const colon = word.find(':');
    return label_of_consent(word.substr(0, colon)) + word.substr(colon);
}

void read_table(std::filesystem::path const& file, std::vector<Case>& cases) {
    json::Parser parser;
    auto const document = parser.parse(fhir::read_text(file));
    ASSERT_TRUE(document) << file << document.error().why.text();
    auto const root = document->root();
    ConsentTexts consents;
    for (auto const& [name, consent] : root.member("consents")->members()) {
        auto const id = name.text();
        consents[id] = consent_text(id, consent, *root.member("in every consent"));
    }
    for (auto const line : root.member("cases")->elements()) {
        Case one;
        one.file = file.filename();
        one.says = words(line, "case");
        for (auto const& name : list(line, "consents")) one.consents.push_back(consents.at(name));
        if (auto const count = line.member("unreadable"))
            one.unreadable = static_cast<std::size_t>(count->integer().value());
        one.settings = settings_of(line);
        one.request = request_of(line);
        one.resource = root.member("resources")->member(words(line, "resource"))->raw();
        one.outcome = words(line, "for all");
        one.permitted = words(line, "answer") == "permit";
        for (auto const& word : list(line, "because")) one.because.push_back(rule_id(word));
        cases.push_back(std::move(one));
    }
}

std::string word_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::deny: return "deny";
        case Outcome::permit: return "permit";
        case Outcome::permit_with_filter: return "permit with filter";
    }
    return "";
}

ConsentRules rules_of(Case const& one) {
    Consents consents;
    for (auto const& text : one.consents) consents.add(text);
    return consents.rules(one.settings, one.unreadable);
}

TEST(ConsentCases, AreDecidedAsTheTablesSay) {
    auto const cases = all_cases();
    EXPECT_GE(cases.size(), 190U);
    std::set<std::string> files;
    for (auto const& one : cases) {
        files.insert(one.file);
        auto const decision = rules_of(one).decide(one.request);
        auto const judgement = decision.judge(facts(one.resource));
        auto const where = one.file + ": " + one.says;
        EXPECT_EQ(word_of(decision.outcome()), one.outcome) << where;
        EXPECT_EQ(judgement.permitted, one.permitted) << where;
        if (one.because.empty()) continue;
        std::vector<std::string> rules;
        rules.reserve(judgement.rules.size());
        for (auto const& rule : judgement.rules) rules.push_back(rule.text());
        EXPECT_EQ(rules, one.because) << where;
    }
    EXPECT_EQ(files.size(), 5U);
}

// Rule ids are written where no ePHI may stand.
TEST(ConsentCases, RulesDoNotNameConsents) {
    for (auto const& one : all_cases()) {
        auto const decision = rules_of(one).decide(one.request);
        for (auto const& rule : decision.rules()) {
            auto const& id = rule.text();
            bool const opaque = id == "consent:implicit" || id == "consent:own" ||
                                id.starts_with("consent:#") || id == "consent:unreadable:p";
            EXPECT_TRUE(opaque) << id;
        }
    }
}

}  // namespace

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    auto const folder = std::filesystem::path(SALUS_SOURCE_DIR) / "src/consent/cases";
    for (auto const& entry : std::filesystem::directory_iterator(folder))
        read_table(entry.path(), cases);
    return cases;
}

}  // namespace salus::consent::testing
