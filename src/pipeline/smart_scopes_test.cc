// Somebody else's cases of SMART scopes (material smart-scopes-ms-dev): with a token of just the
// scopes of each case, whatever is asked, nothing outside of the grant comes back. What is inside
// is judged here by the text of the resources that were loaded, not by any search.
//
// Salus answers otherwise than the server that the cases were written for in three ways, which
// count as refusals here: a scope whose constraint could name a person, depends on the time, or
// shapes an answer is no scope (name, identifier, ap, _type); a patient's token searches in that
// patient's compartment only, named by the address (403 otherwise); of a practitioner, user scopes
// say no compartment, which is the policy's to say (`careRelationship`), so such cases are not
// asked here.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <map>

#include "pipeline/scoped_requests_for_test.h"

namespace salus::pipeline {
namespace {

using testing::after_base;
using testing::PipelineRoom;

std::filesystem::path material() {
    auto const* const variable = std::getenv("SALUS_MATERIAL");
    auto const root = variable != nullptr
                          ? std::filesystem::path(variable)
                          : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    return root / "smart-scopes-ms-dev";
}

std::string text_in(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

struct GrantedScope {
    std::string type;  // or *
    std::string letters;
    std::string context;
    std::vector<std::pair<std::string, std::string>> constraint;

    [[nodiscard]] std::string text() const {
        auto out = context + "/" + type + "." + letters;
        for (auto const& [name, value] : constraint)
            out += (out.contains('?') ? "&" : "?") + name + "=" + value;
        return out;
    }
    // Whether Salus has such scopes at all.
    [[nodiscard]] bool is_refused() const {
        return std::ranges::any_of(constraint, [](auto const& each) {
            return each.first == "name" || each.first == "identifier" || each.first == "_type" ||
                   (each.first == "birthdate" && each.second.starts_with("ap"));
        });
    }
};

// "\"Observation\", Search, \"patient\", CreateSearchParams((\"status\", \"final\"))"
GrantedScope scope_of(std::string const& text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (char const c : text + ",") {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '(' || c == ')')) {
            if (!word.empty()) words.push_back(std::exchange(word, {}));
        } else if (quoted || c != ' ') {
            word += c;
        }
    }
    static std::map<std::string, std::string> const kLetters{
        {"Read", "rs"}, {"Search", "s"}, {"Create", "c"}, {"Update", "u"}};
    GrantedScope scope;
    scope.type = words.at(0) == "All" || words.at(0) == "all" ? "*" : words.at(0);
    scope.letters = kLetters.at(words.at(1));
    scope.context = words.at(2);
    for (std::size_t i = 4; i + 1 < words.size(); i += 2)
        scope.constraint.emplace_back(words[i], words[i + 1]);
    return scope;
}

bool has_code(json::Value root, std::string const& value) {
    auto const bar = value.find('|');
    auto const code = root.member("code");
    auto const codings = code ? code->member("coding") : std::nullopt;
    if (!codings) return false;
    for (auto const coding : codings->elements()) {
        if (coding.text_member("system") == value.substr(0, bar) &&
            coding.text_member("code") == value.substr(bar + 1))
            return true;
    }
    return false;
}

// Whole days, of which the order is that of their texts.
bool has_birth_date(json::Value root, std::string const& value) {
    auto const born = root.text_member("birthDate").value_or("");
    auto const prefix = value.substr(0, 2);
    auto const day = value.substr(2);
    if (prefix == "eq") return born == day;
    if (prefix == "ne") return born != day;
    if (prefix == "ge") return born >= day;
    if (prefix == "le") return born <= day;
    if (prefix == "gt" || prefix == "sa") return born > day;
    return born < day;
}

bool satisfies(json::Value root, std::string const& name, std::string const& value) {
    if (name == "code") return has_code(root, value);
    if (name == "birthdate") return has_birth_date(root, value);
    return root.text_member(name) == value;  // status, gender
}

// By an element that the patient compartment goes by: Observation.focus is none.
bool is_of_patient(json::Value root, std::string const& patient) {
    if (root.text_member("resourceType") == "Patient" &&
        "Patient/" + *root.text_member("id") == patient)
        return true;
    for (auto const& member : root.members()) {
        if (member.name() == "focus" || member.name() == "contained") continue;
        if (std::string(member.value.raw()).contains("\"" + patient + "\"")) return true;
    }
    return false;
}

struct ScopeCase {
    std::string name;
    std::vector<GrantedScope> scopes;
    std::string patient;  // "Patient/[id]"; empty: none
    std::vector<std::string> requests;
    std::vector<std::string> excluded;  // ids that must not come, as the case says

    [[nodiscard]] bool permits(json::Value root) const {
        auto const type = root.text_member("resourceType").value_or("");
        return std::ranges::any_of(scopes, [&](GrantedScope const& scope) {
            bool const reads = scope.letters != "c" && scope.letters != "u";
            return !scope.is_refused() && reads && (scope.type == "*" || scope.type == type) &&
                   (scope.context != "patient" || is_of_patient(root, patient)) &&
                   std::ranges::all_of(scope.constraint, [&](auto const& each) {
                       return satisfies(root, each.first, each.second);
                   });
        });
    }
};

class SmartScopesTest : public testing::ScopedRequests {
protected:
    static std::string text_without_mark(std::filesystem::path const& file) {
        auto text = text_in(file);
        return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
    }
    void load(std::vector<std::filesystem::path> const& files) {
        json::Parser parser;
        for (auto const& file : files) {
            auto const text = text_without_mark(file);
            auto const document = must_parse(parser, text);
            if (document.root().text_member("resourceType") != "Bundle") {
                load_one(document.root());
                continue;
            }
            for (auto const entry : document.root().member("entry")->elements())
                load_one(*entry.member("resource"));
        }
    }
    static json::Document must_parse(json::Parser& parser, std::string const& text) {
        auto document = parser.parse(text);
        EXPECT_TRUE(document.has_value());
        return *std::move(document);
    }
    void load_one(json::Value resource) {
        auto const name = *resource.text_member("resourceType") + "/" + *resource.text_member("id");
        auto const text = std::string(resource.raw());
        auto const code = room_.put("/fhir/" + name, text).status;
        if (code == 200 || code == 201) {
            loaded_[name] = text;
        } else {
            refused_.insert(name);
        }
    }

    static std::vector<std::string> texts_of(json::Value root, char const* member) {
        std::vector<std::string> texts;
        for (auto const each : root.member(member)->elements()) texts.push_back(each.text());
        return texts;
    }
    static ScopeCase case_of(json::Value root) {
        ScopeCase one;
        one.name = *root.text_member("name");
        for (auto const& text : texts_of(root, "scopes")) one.scopes.push_back(scope_of(text));
        auto const compartment = root.text_member("compartment").value_or("");
        if (compartment.starts_with("Patient/")) one.patient = compartment;
        std::string query;
        for (auto const pair : root.member("query")->elements()) {
            std::vector<std::string> words;
            for (auto const word : pair.elements()) words.push_back(word.text());
            query += (query.empty() ? "?" : "&") + words.at(0) + "=" + words.at(1);
            one.requests.push_back("*?" + words.at(0) + "=" + words.at(1));
        }
        auto const searches = texts_of(root, "searches");
        for (auto const& type : searches) {
            if (type != "null") one.requests.push_back(type + query);
            if (type != "null") one.requests.push_back(type);
        }
        if (searches.size() != 1) return one;
        for (auto const& assertion : texts_of(root, "asserts_csharp")) {
            auto const id = assertion.find("\"smart-");
            if (!assertion.contains("DoesNotContain") || id == std::string::npos) continue;
            one.excluded.push_back(assertion.substr(id + 1, assertion.find('"', id + 1) - id - 1));
        }
        return one;
    }

    // Nothing: Salus issues no token for any of the scopes.
    std::optional<std::string> token_for(ScopeCase const& one) {
        std::string scopes;
        for (auto const& scope : one.scopes) {
            EXPECT_EQ(request::parse_scope(scope.text()).has_value(), !scope.is_refused())
                << scope.text();
            if (!scope.is_refused()) scopes += (scopes.empty() ? "" : " ") + scope.text();
        }
        if (scopes.empty()) return std::nullopt;
        oauth::AccessTokenGrant grant{ClientId("client-1"), request::parse_scopes(scopes).value(),
                                      request::PurposeOfUse::treatment};
        if (!one.patient.empty())
            grant.patient_compartment = room_.compartment_of(one.patient.substr(8));
        return room_.token(grant);
    }
    void expect_inside(ScopeCase const& one, std::string const& token, std::string const& target) {
        auto const response = room_.send(
            {.target = "/fhir/" + target, .headers = {{"Authorization", "Bearer " + token}}});
        auto const body = PipelineRoom::body(response);
        // 501: a search parameter that is not offered.
        EXPECT_TRUE(response.status < 500 || response.status == 501) << target << body;
        if (response.status != 200) {
            ++refusals_;
            return;
        }
        auto names = testing::texts_behind(body, "fullUrl");
        if (!body.contains("\"searchset\"")) names = {target};
        json::Parser parser;
        for (auto const& url : names) {
            auto const name = after_base(url);
            ASSERT_TRUE(loaded_.contains(name)) << name;
            auto const document = must_parse(parser, loaded_.at(name));
            EXPECT_TRUE(one.permits(document.root())) << target << " gave " << name;
            auto const id = name.substr(name.find('/') + 1);
            EXPECT_TRUE(std::ranges::find(one.excluded, id) == one.excluded.end())
                << target << " gave " << name;
            ++shown_;
        }
    }
    void expect_inside(ScopeCase const& one) {
        SCOPED_TRACE(one.name);
        auto const token = token_for(one);
        if (!token) return;
        for (auto const& request : one.requests) {
            if (!request.starts_with("*")) expect_inside(one, *token, request);
            if (!one.patient.empty()) expect_inside(one, *token, one.patient + "/" + request);
        }
        for (auto const& [name, text] : loaded_) expect_inside(one, *token, name);
        for (std::string const patient : {"A", "B", "C", "D"}) {
            auto const whose = "Patient/smart-patient-" + patient;
            expect_inside(one, *token, whose + "/*?_count=200");
            expect_inside(one, *token, whose + "/$everything?_count=200");
        }
    }

    std::map<std::string, std::string> loaded_;
    Names refused_;
    std::size_t shown_ = 0;
    std::size_t refusals_ = 0;
};

TEST_F(SmartScopesTest, NothingOutsideOfTheGrantComesBack) {
    if (!std::filesystem::exists(material())) {
        std::cout << "no material smart-scopes-ms-dev: not checked\n";
        GTEST_SKIP();
    }
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(material() / "data"))
        files.push_back(entry.path());
    std::ranges::sort(files);
    load(files);
    EXPECT_GE(loaded_.size(), 60U) << ::testing::PrintToString(refused_);
    std::size_t cases = 0;
    json::Parser parser;
    std::ifstream lines(material() / "cases.ndjson");
    for (std::string line; std::getline(lines, line);) {
        auto const one = case_of(must_parse(parser, line).root());
        ++cases;
        auto const is_users = std::ranges::any_of(
            one.scopes, [](GrantedScope const& scope) { return scope.context == "user"; });
        if (!is_users && !one.scopes.empty()) expect_inside(one);
    }
    EXPECT_EQ(cases, 55U);
    // Neither everything nor nothing was refused.
    EXPECT_GT(shown_, 150U);
    EXPECT_GT(refusals_, 500U);
}

}  // namespace
}  // namespace salus::pipeline
