// Somebody else's cases of SMART scopes (material smart-scopes-ms-dev), each asked for with a token
// of just its scopes: what comes back is exactly what docs/handbook/smart-scopes.md says, which is
// exactly what the judge of these tests permits, or the refusal that stands there. Apps of patients
// and services are asked under a policy that permits everything, so that scopes alone decide;
// practitioners under one that asks for a care relationship, because a user scope says whose app it
// is, and no compartment.
#include <cstdlib>
#include <iostream>

#include "pipeline/person_for_test.h"
#include "pipeline/scoped_requests_for_test.h"
#include "pipeline/smart_scopes_judge_for_test.h"

namespace salus::pipeline {
namespace {

using namespace testing::smart_scopes;
using http::Method;
using testing::after_base;
using testing::PipelineRoom;

// Why Salus answers a request otherwise than the server that the cases were written for. The first
// three refuse a form of asking, and the next row asks so that it is answered; what comes back is
// the same.
std::map<std::string, char const*> const& forms() {
    static std::map<std::string, char const*> const kForms{
        {"named", "A search names its patient, by its address."},
        {"system", "The system as a whole is not searched; patients are, one by one."},
        {"spelling", "A parameter or wildcard that FHIR R4 does not define, or _revinclude=*."}};
    return kForms;
}
// More is refused, or less comes back.
std::map<std::string, char const*> const& differences() {
    static std::map<std::string, char const*> const kDifferences{
        {"scope", "A scope that names a person, depends on the time or lists types is none."},
        {"read", "What comes along is read: that needs the letter r, not s alone."},
        {"directory", "A patient's app sees what stands with that patient, and no practitioners."},
        {"one", "A resource that names several patients is found with one of them."},
        {"care", "Care is an encounter, a care team or an appointment, not a performer's name."},
        {"unbound", "A patient scope without a patient opens nothing."}};
    return kDifferences;
}
constexpr std::size_t kDifferent = 20;  // cases of 55 with such a row
constexpr char const* kPractitionersPolicy = R"(
@id("care") @fields("*")
permit(principal, action in [Action::"read", Action::"search"], resource is Record)
when { resource.careRelationship || resource in TypeGroup::"directory" };
)";
constexpr char const* kTable = "docs/handbook/smart-scopes.md";
constexpr std::size_t kResources = 107;  // of the material, each id once
constexpr std::size_t kNamed = 6;        // resources of one answer, at most, that the table names

std::filesystem::path material() {
    auto const* const variable = std::getenv("SALUS_MATERIAL");
    auto const root = variable != nullptr
                          ? std::filesystem::path(variable)
                          : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    return root / "smart-scopes-ms-dev";
}

// A row of the table.
struct Row {
    std::size_t number = 0;  // of the case, from 1
    std::string token;       // empty: that of the row before
    std::string request;     // without its backticks
    std::string answer;
    std::string reason;
};

std::vector<Row> table() {
    std::vector<Row> rows;
    std::ifstream lines(std::filesystem::path(SALUS_SOURCE_DIR) / kTable);
    for (std::string line; std::getline(lines, line);) {
        auto cells = split(line, '|');
        if (cells.size() != 7) continue;
        for (auto& cell : cells) {
            std::erase(cell, '`');
            while (cell.starts_with(' ')) cell.erase(0, 1);
            while (cell.ends_with(' ')) cell.pop_back();
        }
        auto const is_digit = [](char const c) { return c >= '0' && c <= '9'; };
        if (cells[1].empty() || !std::ranges::all_of(cells[1], is_digit)) continue;
        rows.push_back({std::stoul(cells[1]), cells[2], cells[3], cells[4], cells[5]});
    }
    return rows;
}

// As the table has it: of some scopes, those that Salus knows or all.
std::string told(ScopeCase const& one, bool only_known) {
    std::string out;
    for (auto const& scope : one.scopes) {
        if (only_known && scope.is_refused()) continue;
        out += out.empty() ? "" : " ";
        for (char const c : scope.text()) out += c == '|' ? std::string("%7C") : std::string(1, c);
    }
    auto const slash = one.compartment.find('/');
    if (slash == std::string::npos) return out;
    return out + " for " + one.compartment.substr(slash + 1);
}

bool has_known_scope(ScopeCase const& one) {
    return !std::ranges::all_of(one.scopes, &GrantedScope::is_refused);
}

class SmartScopesTest : public testing::ScopedRequests {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(material())) {
            std::cout << "no material smart-scopes-ms-dev: scopes were not checked\n";
            GTEST_SKIP();
        }
        std::vector<std::filesystem::path> files;
        for (auto const& entry : std::filesystem::directory_iterator(material() / "data"))
            files.push_back(entry.path());
        std::ranges::sort(files);
        json::Parser parser;
        for (auto const& file : files) {
            auto const document = testing::must(parser.parse(text_in(file)));
            auto const entries = document.root().member("entry");
            if (!entries) load(document.root());
            if (!entries) continue;
            for (auto const entry : entries->elements()) load(*entry.member("resource"));
        }
        std::ifstream lines(material() / "cases.ndjson");
        for (std::string line; std::getline(lines, line);)
            cases_.push_back(case_of(testing::must(parser.parse(line)).root()));
        ASSERT_EQ(cases_.size(), 55U);
        // The one case that asks of a table of the server it was written for: as its practitioner.
        auto& membership = cases_.at(16);
        ASSERT_TRUE(membership.scopes.empty());
        membership.scopes.push_back({"*", "rs", "user", {}});
        membership.compartment = "Practitioner/smart-practitioner-A";
    }
    void load(json::Value resource) {
        json::Parser parser;
        auto const mended_resource = testing::must(parser.parse(mended(resource)));
        auto held = held_of(mended_resource.root());
        auto const response = room_.put("/fhir/" + held.label(), held.text);
        EXPECT_TRUE(response.status == 200 || response.status == 201)
            << held.label() << PipelineRoom::body(response);
        judge_.add(std::move(held));
    }

    // From here on care relationships decide, as they do for people.
    void ask_as_people() {
        person_ = testing::make_practitioner(room_, "Practitioner/smart-practitioner-A");
        room_.house().tenants.front()->policy->activate(
            1, authorization::Policy::parse(kPractitionersPolicy).value());
    }
    [[nodiscard]] static bool is_users(ScopeCase const& one) {
        return one.scopes.front().context == "user";
    }

    // Of the scopes that Salus knows.
    std::string token_for(ScopeCase const& one) {
        std::string scopes;
        for (auto const& scope : one.scopes)
            if (!scope.is_refused()) scopes += (scopes.empty() ? "" : " ") + scope.text();
        oauth::AccessTokenGrant grant{ClientId("client-1"), request::parse_scopes(scopes).value(),
                                      request::PurposeOfUse::treatment};
        if (one.is_patients())
            grant.patient_compartment = room_.compartment_of(one.compartment.substr(8));
        if (is_users(one)) grant.person = person_;
        return room_.token(grant);
    }
    http::Response send(std::string const& token, Method method, std::string const& path) {
        testing::TestRequest request{.method = method,
                                     .target = "/fhir" + (path.empty() ? "" : "/" + path),
                                     .headers = {{"Authorization", "Bearer " + token}}};
        if (path.starts_with("?")) request.target = "/fhir" + path;
        if (method != Method::get) {
            request.headers.emplace_back("Content-Type", "application/fhir+json");
            request.body = testing::patient_json("smart-patient-A");
            if (method == Method::post) request.body = R"({"resourceType":"Patient"})";
        }
        return room_.send(request);
    }

    // What a status of 200 brought, with all the pages behind it.
    Names brought(std::string const& token, std::string const& path, std::string body) {
        if (!body.contains("\"searchset\"")) return {path};
        Names names;
        while (!body.empty()) {
            std::string next;
            for (auto const& url : testing::texts_behind(body, "fullUrl"))
                names.insert(after_base(url));
            for (auto const& url : testing::texts_behind(body, "url"))
                if (url.contains("_cursor=")) next = after_base(url);
            body = next.empty() ? "" : PipelineRoom::body(send(token, Method::get, next));
        }
        return names;
    }
    [[nodiscard]] std::string described(Names const& names) const {
        if (names.empty()) return "nothing";
        std::string out;
        if (names.size() <= kNamed) {
            for (auto const& name : names) out += (out.empty() ? "" : ", ") + name;
            return out;
        }
        auto const& patient = judge_.held().at(*names.begin()).patient;
        Names whole;
        for (auto const& [name, held] : judge_.held())
            if (held.patient == patient) whole.insert(name);
        if (names == whole) return "all " + std::to_string(names.size()) + " of " + patient;
        std::map<std::string, std::size_t> counts;
        for (auto const& name : names) ++counts[split(name, '/').front()];
        for (auto const& [type, count] : counts)
            out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + type;
        return out;
    }

    // Asks, judges, and says what the table has to say.
    std::string ask(ScopeCase const& one, std::string const& request, Names& seen) {
        if (request == "the token") {
            std::string scopes;
            for (auto const& scope : one.scopes)
                scopes += (scopes.empty() ? "" : " ") + scope.text();
            return request::parse_scopes(scopes) ? "granted" : "no token";
        }
        auto const words = split(request, ' ');
        auto const path = words.size() > 1 ? words[1] : "";
        auto const method = words[0] == "POST"  ? Method::post
                            : words[0] == "PUT" ? Method::put
                                                : Method::get;
        auto const token = token_for(one);
        auto const response = send(token, method, path);
        if (response.status != 200 || method != Method::get) return std::to_string(response.status);
        auto const names = brought(token, path, PipelineRoom::body(response));
        EXPECT_EQ(names, judge_.expected(one, Ask::of(path))) << one.name << " " << request;
        seen.insert(names.begin(), names.end());
        return described(names);
    }

    // With what the material expects. What may not come does not, whatever else is different.
    static void compare(ScopeCase const& one, Names const& names, bool is_different) {
        SCOPED_TRACE(one.name);
        auto const expected = expectation_of(one);
        for (auto const& word : expected.stay) EXPECT_FALSE(is_brought(names, word)) << word;
        if (expected.nothing) EXPECT_EQ(names, Names{});
        if (is_different) return;
        for (auto const& word : expected.come) EXPECT_TRUE(is_brought(names, word)) << word;
        if (expected.count) EXPECT_EQ(names.size(), *expected.count);
    }

    // Every resource is read (of a type that no scope names, one), every patient searched and asked
    // for as a whole.
    void sweep(ScopeCase const& one) {
        SCOPED_TRACE(one.name);
        auto const token = token_for(one);
        Names patients;
        Names others;
        for (auto const& [name, held] : judge_.held()) {
            if (held.type == "Patient") patients.insert(name);
            bool const is_named = std::ranges::any_of(one.scopes, [&](GrantedScope const& scope) {
                return scope.type == "*" || scope.type == held.type;
            });
            if (!is_named && !others.insert(held.type).second) continue;
            auto const status = send(token, Method::get, name).status;
            bool const permitted = judge_.permits(one, 'r', held);
            EXPECT_TRUE(permitted ? status == 200 : status == 403 || status == 404)
                << name << " " << status;
            ++(permitted ? shown_ : refusals_);
        }
        for (auto const& patient : patients) {
            auto const all = patient + "/*?_count=200";
            auto const found = send(token, Method::get, all);
            auto const expected = judge_.expected(one, Ask::of(all));
            EXPECT_EQ(
                found.status == 200 ? brought(token, all, PipelineRoom::body(found)) : Names{},
                expected);
            shown_ += expected.size();
            auto const everything = patient + "/$everything?_count=200";
            auto const whole = send(token, Method::get, everything);
            if (whole.status != 200) continue;
            for (auto const& name : brought(token, everything, PipelineRoom::body(whole))) {
                auto const& held = judge_.held().at(name);
                EXPECT_TRUE(judge_.permits(one, 's', held) || judge_.permits(one, 'r', held))
                    << everything << " gave " << name;
                EXPECT_TRUE(held.is_shared() || "Patient/" + held.patient == patient) << name;
            }
        }
    }

    testing::smart_scopes::Judge judge_;
    std::vector<ScopeCase> cases_;
    std::optional<request::Person> person_;
    std::size_t shown_ = 0;
    std::size_t refusals_ = 0;
};

TEST_F(SmartScopesTest, EachCaseIsAnsweredAsTheTableSays) {
    std::map<std::size_t, Names> brought_by;  // number of a case
    std::set<std::size_t> different;
    for (bool const of_people : {false, true}) {
        if (of_people) ask_as_people();
        for (auto const& row : table()) {
            auto const& one = cases_.at(row.number - 1);
            if (is_users(one) != of_people) continue;
            SCOPED_TRACE(std::to_string(row.number) + " " + one.name);
            if (!row.token.empty()) EXPECT_EQ(row.token, told(one, row.request != "the token"));
            EXPECT_EQ(ask(one, row.request, brought_by[row.number]), row.answer) << row.request;
            bool const is_different = differences().contains(row.reason);
            EXPECT_TRUE(row.reason.empty() || is_different || forms().contains(row.reason));
            if (is_different) different.insert(row.number);
        }
    }
    EXPECT_EQ(brought_by.size(), cases_.size());
    EXPECT_EQ(different.size(), kDifferent);
    for (auto const& [number, names] : brought_by)
        compare(cases_.at(number - 1), names, different.contains(number));
}

TEST_F(SmartScopesTest, NothingOutsideOfTheGrantComesBackAndNothingInsideStaysAway) {
    EXPECT_EQ(judge_.held().size(), kResources);
    std::set<std::string> swept;
    for (bool const of_people : {false, true}) {
        if (of_people) ask_as_people();
        for (auto const& one : cases_) {
            // Of the cases of one grant, one will do.
            if (is_users(one) != of_people || !has_known_scope(one)) continue;
            if (swept.insert(told(one, true)).second) sweep(one);
        }
    }
    EXPECT_GT(shown_, 400U);
    EXPECT_GT(refusals_, 500U);
}

// The table is read by people, too.
TEST(SmartScopesTable, SaysWhatItsReasonsMean) {
    auto const page = text_in(std::filesystem::path(SALUS_SOURCE_DIR) / kTable);
    for (auto const* reasons : {&forms(), &differences()}) {
        for (auto const& [word, meaning] : *reasons)
            EXPECT_TRUE(page.contains("| " + word + " | " + meaning)) << word;
    }
}

}  // namespace
}  // namespace salus::pipeline
