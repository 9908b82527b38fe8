// Chains, _has, includes, lenient handling, and what a query says that it reads.
#include "fhir/search_samples_for_test.h"

namespace salus::fhir {
namespace {

using testing::entry_of;
using testing::Parameters;
using testing::query;
using testing::Tables;

std::vector<Bytes> compartment() {
    return {
        entry_of(R"({"resourceType":"Patient","id":"p","name":[{"family":"Chalmers"}],
            "identifier":[{"system":"s","value":"1"}],
            "generalPractitioner":[{"reference":"Practitioner/d"}]})"),
        entry_of(R"({"resourceType":"Encounter","id":"e1","status":"finished",
            "subject":{"reference":"Patient/p"},"class":{"code":"AMB"},
            "location":[{"location":{"reference":"Location/l1"}}]})"),
        entry_of(R"({"resourceType":"Encounter","id":"e2","status":"planned",
            "subject":{"reference":"Patient/p"},"class":{"code":"IMP"}})"),
        entry_of(R"({"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[
            {"code":"a"}]},"subject":{"reference":"Patient/p"},
            "encounter":{"reference":"Encounter/e1"}})"),
        entry_of(R"({"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[
            {"code":"b"}]},"subject":{"reference":"Patient/p"},
            "encounter":{"reference":"Encounter/e2"}})"),
        entry_of(R"({"resourceType":"Provenance","id":"v","recorded":"2020-01-01T00:00:00Z",
            "target":[{"reference":"Observation/o2"}],"agent":[{"who":{"display":"x"}}]})"),
    };
}

std::vector<Bytes> elsewhere() {
    return {
        entry_of(R"({"resourceType":"Location","id":"l1","name":"Ward","status":"active"})"),
        entry_of(R"({"resourceType":"Practitioner","id":"d","name":[{"family":"House"}]})"),
    };
}

TEST(SearchLinksTest, ChainsFollowReferences) {
    auto const entries = compartment();
    auto const others = elsewhere();
    Tables tables(entries);
    Tables shared(others);
    tables.elsewhere = &shared;
    struct Case {
        char const* type;
        char const* name;
        char const* value;
        char const* found;
    };
    for (auto const& [type, name, value, found] : std::vector<Case>{
             {"Observation", "subject:Patient.name", "chal", "o1 o2"},
             {"Observation", "subject:Patient.name:exact", "chalmers", ""},
             {"Observation", "subject.name", "chal", "o1 o2"},
             {"Observation", "patient.identifier", "s|1", "o1 o2"},
             {"Observation", "patient.identifier", "s|2", ""},
             {"Observation", "encounter.status", "finished", "o1"},
             {"Observation", "encounter.class:not", "AMB", "o2"},
             {"Observation", "encounter:Encounter._id", "e2", "o2"},
             {"Observation", "encounter.location.name", "ward", "o1"},
             {"Observation", "encounter.location:Location.name", "other", ""},
             {"Observation", "patient.general-practitioner:Practitioner.family", "House", "o1 o2"},
             {"Encounter", "_has:Observation:encounter:code", "a", "e1"},
             {"Encounter", "_has:Observation:encounter:code", "a,b", "e1 e2"},
             {"Encounter", "_has:Observation:encounter:code:not", "a", "e2"},
             {"Encounter", "_has:Observation:encounter:code", "c", ""},
             {"Encounter", "_has:Observation:encounter:_has:Provenance:target:recorded", "2020",
              "e2"},
             {"Patient", "_has:Observation:patient:encounter.status", "planned", "p"},
             {"Patient", "_has:Observation:patient:encounter.status", "onleave", ""},
             {"Patient", "_has:DiagnosticReport:patient:code", "a", ""},
             {"Observation", "encounter._has:Observation:encounter:code", "b", "o2"},
         })
        EXPECT_EQ(tables.found(type, {{name, value}}), found) << name << "=" << value;
    EXPECT_EQ(tables.found("Observation", {{"code", "a"}, {"encounter.status", "planned"}}), "");
}

TEST(SearchLinksTest, RefusesWhatLeadsNowhere) {
    for (auto const& [type, name] : std::vector<std::pair<char const*, char const*>>{
             {"Observation", "subject.nonsense"},
             {"Observation", "subject:Nobody.name"},
             {"Observation", "subject:Patient.nonsense"},
             {"Observation", "code.name"},
             {"Observation", "nonsense.name"},
             {"Observation", "subject."},
             {"Observation", ".name"},
             {"Observation", "_has:Observation:code"},
             {"Observation", "_has:Observation:code:status"},
             {"Observation", "_has:Nobody:subject:status"},
             {"Observation", "_has:Observation:nonsense:status"},
             {"Observation", "_has:Observation:derived-from:nonsense"},
             {"Observation", "_has:Encounter:patient:status"},
             {"Patient", "_has:"},
             {"Patient", "_has"}}) {
        auto const refused = query(type, {{name, "x"}});
        ASSERT_FALSE(refused.has_value()) << name;
        EXPECT_EQ(refused.error().code, Errc::invalid) << name;
    }
    std::string deep = "encounter";
    for (int i = 0; i < 9; ++i) deep += ".part-of";
    EXPECT_EQ(query("Observation", {{deep + "._id", "x"}}).error().code, Errc::too_large);
}

TEST(SearchLinksTest, IncludesNameReferences) {
    auto const good = query("Observation", {{"_include", "Observation:encounter"},
                                            {"_include:iterate", "Encounter:location:Location"},
                                            {"_revinclude", "Provenance:target"},
                                            {"_include", "*"},
                                            {"_include", "Observation:*"}});
    ASSERT_TRUE(good.has_value());
    ASSERT_EQ(good->includes().size(), 5U);
    EXPECT_TRUE(good->includes()[1].iterate);
    EXPECT_EQ(good->includes()[1].target->name.text(), "Location");
    EXPECT_EQ(good->includes()[2].direction, IncludeDirection::reverse);
    EXPECT_EQ(good->includes()[3].parameter, nullptr);
    for (auto const& [name, value] : std::vector<std::pair<char const*, char const*>>{
             {"_include", "Observation"},
             {"_include", "Observation:code"},
             {"_include", "Observation:nonsense"},
             {"_include", "Nobody:subject"},
             {"_include", "Observation:subject:Nobody"},
             {"_include", "Observation:subject:Patient:x"},
             {"_include:nonsense", "Observation:subject"},
             {"_include:iterate:x", "Observation:subject"},
             {"_includes", "Observation:subject"},
             {"_revinclude", "*"}})
        EXPECT_EQ(query("Observation", {{name, value}}).error().code, Errc::invalid) << value;
    EXPECT_EQ(query("Observation", Parameters(20, {"_include", "*"})).error().code,
              Errc::too_large);
    EXPECT_FALSE(query("Observation", {{"_include", "*"}, {"_summary", "text"}}).has_value());
}

std::string reads_of(Parameters const& parameters) {
    auto const parsed = query("Observation", parameters);
    std::string all;
    for (auto const& read : parsed->reads()) {
        all += std::string(read.type->name.text()) + "." +
               std::string(read.parameter == nullptr ? "-" : read.parameter->name.text()) + " ";
    }
    return all;
}

TEST(SearchLinksTest, EveryParameterThatIsReadIsNamed) {
    EXPECT_EQ(reads_of({{"code", "x"}, {"_sort", "-date,_id"}}),
              "Observation.code Observation.date Observation.- ");
    EXPECT_EQ(reads_of({{"encounter.location.name", "x"}}),
              "Observation.encounter Encounter.location Location.name ");
    EXPECT_EQ(reads_of({{"_has:Provenance:target:agent", "Practitioner/x"}}),
              "Provenance.target Provenance.agent ");
    EXPECT_EQ(
        reads_of({{"_include", "Observation:encounter"}, {"_revinclude", "Provenance:target"}}),
        "Observation.encounter Provenance.target ");
}

TEST(SearchLinksTest, LenientHandlingLeavesOutUnknownNamesOnly) {
    Parameters const parameters{{"nonsense", "x"}, {"code", "a"}, {"_text", "x"}};
    auto const lenient = query("Observation", parameters, Handling::lenient);
    ASSERT_TRUE(lenient.has_value());
    EXPECT_EQ(lenient->clauses().size(), 1U);
    ASSERT_EQ(lenient->ignored().size(), 2U);
    EXPECT_EQ(lenient->ignored()[0], 0U);
    EXPECT_EQ(lenient->ignored()[1], 2U);
    for (auto const& [name, value] :
         std::vector<std::pair<char const*, char const*>>{{"code:nonsense", "x"},
                                                          {"code:in", "x"},
                                                          {"date", "yesterday"},
                                                          {"code", ""},
                                                          {"subject:Patient.nonsense", "x"},
                                                          {"_has:x", "x"},
                                                          {"_sort", "nonsense"}})
        EXPECT_FALSE(query("Observation", {{name, value}}, Handling::lenient).has_value()) << name;
}

TEST(SearchOrderTest, PagesStandWhileDataChange) {
    auto const entry = [](std::string const& id, std::string const& date) {
        return entry_of(R"({"resourceType":"Observation","id":")" + id +
                        R"(","effectiveDateTime":")" + date + R"("})");
    };
    auto const sorted = query("Observation", {{"_sort", "-date"}});
    std::vector<Bytes> entries{entry("a", "2020-01-05"), entry("b", "2020-01-04"),
                               entry("c", "2020-01-04"), entry("d", "2020-01-03"),
                               entry("e", "2020-01-02")};
    Tables const before(entries);
    auto const first = page_of(*sorted, before.all("Observation"), nullptr, 2);
    ASSERT_EQ(first.matches.size(), 2U);
    ASSERT_TRUE(first.last.has_value());
    auto const place = *decode_place(encode(*first.last));
    // The last one shown is deleted, one before it is added, one behind it is added.
    entries = {entry("a", "2020-01-05"), entry("aa", "2021"),
               entry("c", "2020-01-04"), entry("cc", "2020-01-03T12:00:00Z"),
               entry("d", "2020-01-03"), entry("e", "2020-01-02")};
    Tables const after(entries);
    auto const second = page_of(*sorted, after.all("Observation"), &place, 9);
    std::string ids;
    for (auto const& match : second.matches) ids += std::string(match.id()) + " ";
    EXPECT_EQ(ids, "c d cc e ");
    EXPECT_FALSE(second.last.has_value());
    for (auto const* bad : {"", "x", "\x01", "\x7f"}) EXPECT_FALSE(decode_place(bad).has_value());
    EXPECT_FALSE(decode_place(encode(place) + "x").has_value());
}

// Rows stand in order of id, and nothing is sorted then.
TEST(SearchOrderTest, PagesOfRowsAsTheyStandHoldEachOnce) {
    std::vector<Bytes> entries;
    for (auto const* id : {"g", "b", "d", "a", "f", "c", "e"})
        entries.push_back(entry_of(std::string(R"({"resourceType":"Basic","id":")") + id + "\"}"));
    Tables const tables(entries);
    auto const unsorted = query("Basic", {});
    for (std::size_t const count : {1U, 2U, 3U, 6U, 7U, 8U}) {
        std::string ids;
        std::optional<SearchPlace> place;
        do {
            auto page = page_of(*unsorted, tables.all("Basic"), place ? &*place : nullptr, count);
            EXPECT_LE(page.matches.size(), count);
            for (auto const& match : page.matches) ids += match.id();
            place = std::move(page.last);
        } while (place && ids.size() < 20);
        EXPECT_EQ(ids, "abcdefg") << count;
    }
    // A place that nothing stands at any more, and one behind all.
    auto const behind = [&](std::string id) {
        SearchPlace const place{{}, "Basic", std::move(id)};
        std::string ids;
        for (auto const& match : page_of(*unsorted, tables.all("Basic"), &place, 9).matches)
            ids += match.id();
        return ids;
    };
    EXPECT_EQ(behind("cc"), "defg");
    EXPECT_EQ(behind("g"), "");
    EXPECT_EQ(behind(""), "abcdefg");
    // A place of a search with sort keys is none of this one's.
    SearchPlace const foreign{{{}}, "Basic", "a"};
    EXPECT_TRUE(page_of(*unsorted, tables.all("Basic"), &foreign, 9).matches.empty());
}

TEST(SearchOrderTest, RowsOfSeveralTablesAreSortedAmongEachOther) {
    auto const basic = [](std::string const& id) {
        return entry_of(R"({"resourceType":"Basic","id":")" + id + "\"}");
    };
    std::vector<Bytes> const some{basic("a"), basic("d"), basic("e")};
    std::vector<Bytes> const others{basic("b"), basic("c"), basic("f")};
    Tables const one(some);
    Tables const other(others);
    auto matches = one.all("Basic");
    for (auto const& match : other.all("Basic")) matches.push_back(match);
    auto const page = page_of(*query("Basic", {}), matches, nullptr, 4);
    std::string ids;
    for (auto const& match : page.matches) ids += match.id();
    EXPECT_EQ(ids, "abcd");
    ASSERT_TRUE(page.last.has_value());
    EXPECT_EQ(page.last->id, "d");
}

}  // namespace
}  // namespace salus::fhir
