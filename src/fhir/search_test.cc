#include "fhir/search.h"

#include <algorithm>

#include "fhir/index_entry.h"
#include "fhir/material_for_test.h"
#include "fhir/search_order.h"
#include "fhir/search_samples_for_test.h"

namespace salus::fhir {
namespace {

using testing::entry_of;
using testing::kNow;
using testing::matches;
using testing::Parameters;
using testing::query;
using testing::Tables;
auto const kAccess = testing::EphiTestAccess::access();

Bytes const& observation() {
    static Bytes const entry = entry_of(R"({"resourceType":"Observation","id":"o1","status":"final",
        "meta":{"tag":[{"system":"s","code":"t"}]},
        "category":[{"coding":[{"system":"http://c","code":"vital-signs"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"8867-4"},{"code":"local"}]},
        "subject":{"reference":"Patient/p1/_history/4"},
        "identifier":[{"system":"urn:mrn","value":"A|B,C"}],
        "performer":[{"reference":"https://example.org/fhir/Practitioner/x"}],
        "effectivePeriod":{"start":"2020-03-01","end":"2020-03-10"}})");
    return entry;
}

Bytes const& patient() {
    static Bytes const entry = entry_of(R"({"resourceType":"Patient","id":"p1","active":true,
        "gender":"female","birthDate":"1980-05-04",
        "name":[{"family":"García Márquez","given":["Zoë","Ann"]}],
        "telecom":[{"system":"email","value":"a@example.org"},{"system":"phone","value":"555"}],
        "address":[{"city":"Kraków","line":["1 High Street"]}],
        "generalPractitioner":[{"reference":"Practitioner/d"}]})");
    return entry;
}

struct Case {
    char const* name;
    char const* value;
    bool found;
};

TEST(SearchTest, MatchesObservations) {
    for (auto const& [name, value, found] : std::vector<Case>{
             {"code", "8867-4", true},
             {"code", "http://loinc.org|8867-4", true},
             {"code", "http://other|8867-4", false},
             {"code", "|8867-4", false},
             {"code", "|local", true},
             {"code", "http://loinc.org|", true},
             {"code", "http://other|", false},
             {"code", "x,8867-4", true},
             {"code", "8867", false},
             {"code:not", "8867-4", false},
             {"code:not", "x,y", true},
             {"code:missing", "false", true},
             {"value-concept:missing", "true", true},
             {"value-concept:missing", "false", false},
             {"identifier", "urn:mrn|A\\|B\\,C", true},
             {"identifier", "A", false},
             {"status", "final", true},
             {"status", "http://hl7.org/fhir/observation-status|final", true},
             {"status", "http://hl7.org/fhir/observation-status|", false},
             {"status", "Final", false},
             {"_tag", "s|t", true},
             {"_id", "o1", true},
             {"_id", "o2,o1", true},
             {"_id", "o2", false},
             {"_id:not", "o1", false},
             {"subject", "Patient/p1", true},
             {"subject", "p1", true},
             {"subject:Patient", "p1", true},
             {"subject:Group", "p1", false},
             {"patient", "p1", true},
             {"patient", "Patient/p2", false},
             {"subject", "1", false},
             {"performer", "https://example.org/fhir/Practitioner/x", true},
             {"performer", "Practitioner/x", false},
             {"date", "2020-03", true},
             {"date", "2020-03-05", false},
             {"date", "ap2020-03-05", true},
             {"date", "ge2020-03-01", true},
             {"date", "ge2020-03-20", false},
             {"date", "le2020-03-01", false},
             {"date", "le2020-03-10", true},
             {"date", "gt2020-03-09", true},
             {"date", "gt2020-03-10", false},
             {"date", "lt2020-03-01", false},
             {"date", "lt2020-03-02", true},
             {"date", "sa2020-02", true},
             {"date", "sa2020-03-01", false},
             {"date", "eb2020-03-11", true},
             {"date", "eb2020-03-10", false},
             {"date", "ne2020", false},
             {"date", "ne2021", true},
             {"_lastUpdated", "2026-11-23", true},
             {"_lastUpdated", "lt2026-11-23", false},
         })
        EXPECT_EQ(matches(observation(), "Observation", {{name, value}}), found)
            << name << "=" << value;
}

TEST(SearchTest, MatchesPatients) {
    for (auto const& [name, value, found] : std::vector<Case>{
             {"name", "garcia", true},
             {"name", "GARCÍA m", true},
             {"name", "marquez", false},
             {"name:contains", "Marq", true},
             {"name", "zoe", true},
             {"given:exact", "Zoë", true},
             {"given:exact", "Zoe", false},
             {"given:exact", "Zo", false},
             {"family", "ann", false},
             {"gender", "female", true},
             {"active", "true", true},
             {"active", "false", false},
             {"birthdate", "1980", true},
             {"birthdate", "1980-05-04", true},
             {"birthdate", "gt1980-05-04", false},
             {"email", "a@example.org", true},
             {"email", "555", false},
             {"phone", "555", true},
             {"telecom", "555", true},
             {"address-city", "krakow", true},
             {"address", "1 high", true},
             {"general-practitioner", "d", true},
         })
        EXPECT_EQ(matches(patient(), "Patient", {{name, value}}), found) << name << "=" << value;
    EXPECT_TRUE(matches(patient(), "Patient", {{"name", "zoe"}, {"name", "ann"}}));
    EXPECT_FALSE(matches(patient(), "Patient", {{"name", "zoe"}, {"name", "bob"}}));
    EXPECT_FALSE(matches(patient(), "Observation", {{"_id", "p1"}}));
}

TEST(SearchTest, RefusesWhatItDoesNotUnderstand) {
    for (auto const& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"nonsense", "x"},
             {"", "x"},
             {"code", ""},
             {"code", "x,"},
             {"code", "|"},
             {"code", "a|b|c"},
             {"code", "a\\b"},
             {"code", "a\\"},
             {"code", std::string("a\0b", 3)},
             {"code", std::string(2000, 'a')},
             {"code:", "x"},
             {"code:nonsense", "x"},
             {"date", "2020-13"},
             {"date", "xx2020"},
             {"date", "GE2020"},
             {"date", "ge"},
             {"date", "yesterday"},
             {"date", "2020-01-01T00:00:00 05:00"},
             {"code:missing", "maybe"},
             {"code:missing", "true,false"},
             {"subject", "Nobody/1"},
             {"subject", "Patient/../1"},
             {"subject", "Patient?name=x"},
             {"subject", "#x"},
             {"subject:Nobody", "1"},
             {"subject:Group", "Patient/1"},
             {"value-quantity", "five"},
             {"value-quantity", "5|mg"},
             {"value-quantity", "5.|s|mg"},
             {"value-quantity", "05"},
             {"value-quantity", "+5"},
             {"value-quantity", "ltgt5"},
             {"value-quantity", "1e9999999"},
             {"code-value-quantity", "a"},
             {"code-value-quantity", "a$b"},
             {"code-value-quantity", "a$5$6"},
             {"identifier:of-type", "a|b"},
             {"identifier:of-type", "a||b"},
             {"identifier:of-type", "b"},
             {"code:of-type", "a|b|c"},
             {"_sort", "nonsense"},
             {"_sort", "date,"},
             {"_sort", "--date"},
             {"_count", "-1"},
             {"_count", "ten"},
             {"_count", "99999999999999999999999"},
             {"_total", "some"},
             {"_summary", "maybe"},
             {"_elements", "ssn"},
             {"_elements", "code,"},
             {"_elements", "valueNonsense"},
         }) {
        auto const refused = query("Observation", {{name, value}});
        ASSERT_FALSE(refused) << name << "=" << value;
        bool const other_type = name == "code:of-type";
        EXPECT_EQ(refused.error().code, other_type ? Errc::not_supported : Errc::invalid) << name;
    }
    EXPECT_EQ(query("Observation", {{"_format", "xml"}}).error().code, Errc::not_acceptable);
    EXPECT_EQ(query("Observation", Parameters(100, {"code", "x"})).error().code, Errc::too_large);
    std::string many = "x";
    for (int i = 0; i < 100; ++i) many += ",x";
    EXPECT_EQ(query("Observation", {{"code", many}}).error().code, Errc::too_large);
}

TEST(SearchTest, ShapesResults) {
    auto const shaped = query("Observation", {{"_count", "5000"},
                                              {"_summary", "count"},
                                              {"_total", "accurate"},
                                              {"_elements", "code,value"},
                                              {"fields", "status,code"},
                                              {"_format", "json"}});
    ASSERT_TRUE(shaped);
    EXPECT_EQ(shaped->count(), limits::kPageSizeLargest);
    EXPECT_EQ(shaped->summary(), Summary::count);
    EXPECT_EQ(shaped->total(), Total::accurate);
    EXPECT_EQ(shaped->elements().size(), 13U);  // code, eleven types of value, status
    EXPECT_TRUE(shaped->clauses().empty());
    EXPECT_EQ(query("Observation", {})->count(), limits::kPageSize);
}

TEST(SearchTest, SortsWithTheIdLast) {
    std::vector<Bytes> const entries = {
        entry_of(R"({"resourceType":"Observation","id":"c","effectiveDateTime":"2020"})"),
        entry_of(R"({"resourceType":"Observation","id":"a"})"),
        entry_of(R"({"resourceType":"Observation","id":"d","effectiveDateTime":"2019"})"),
        entry_of(R"({"resourceType":"Observation","id":"b","effectiveDateTime":"2020"})"),
    };
    Tables const tables(entries);
    auto const order = [&](char const* sort) {
        auto const sorted = query("Observation", {{"_sort", sort}});
        std::string ids;
        for (auto const& match : page_of(*sorted, tables.all("Observation"), nullptr, 9).matches)
            ids += match.id();
        return ids;
    };
    EXPECT_EQ(order("date"), "dbca");
    EXPECT_EQ(order("-date"), "bcda");
    EXPECT_EQ(order("-_id"), "dcba");
    EXPECT_EQ(order("-date,-_id"), "cbda");
    EXPECT_EQ(order("_lastUpdated"), "abcd");
}

TEST(IndexEntryTest, SurvivesDamage) {
    auto const good = observation();
    for (std::size_t size = 0; size < good.size(); ++size) {
        auto const cut = EntryView::decode(BytesView(good).first(size));
        if (cut) (void)cut->find("code");
    }
    auto const search = query("Observation", {{"code", "x"}, {"date", "2020"}, {"_sort", "date"}});
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (auto const bit : {0x01, 0x80, 0xff}) {
            auto bad = good;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ bit);
            auto const view = EntryView::decode(bad);
            if (!view) continue;
            auto const& type = *find_resource_type("Observation");
            EntryTableWriter writer(type);
            if (!writer.add(*view)) continue;
            testing::OwnedTable const owned(type, std::move(writer).finish().value());
            NoLinks links;
            std::vector<EntryTable::Row> rows{0};
            EXPECT_TRUE(search->retain(owned.table, rows, links).has_value());
            EXPECT_EQ(page_of(*search, {{&owned.table, 0}}, nullptr, 1).matches.size(), 1U);
        }
    }
    EXPECT_EQ(EntryView::decode({}).error().code, Errc::corrupt);
    auto other_version = good;
    other_version[0] = 3;
    EXPECT_EQ(EntryView::decode(other_version).error().code, Errc::corrupt);
    EXPECT_FALSE(outdated(other_version).has_value());
    EXPECT_FALSE(outdated(good).has_value());
    auto earlier = good;
    earlier[0] = 1;
    EXPECT_EQ(EntryView::decode(earlier).error().code, Errc::corrupt);
    ASSERT_TRUE(outdated(earlier).has_value());
    EXPECT_EQ(outdated(earlier)->type, "Observation");
    EXPECT_EQ(outdated(earlier)->id, "o1");
}

TEST(IndexEntryTest, HoldsEveryExample) {
    json::Parser parser;
    for (auto const& file : material("hl7-r4-examples-dev/resources")) {
        auto const resource = Reader::parse(EphiText(read_text(file)), parser);
        if (!resource || !resource->id()) continue;
        auto const entry = make_index_entry(resource->view(), kNow);
        ASSERT_TRUE(entry) << file;
        auto const view = EntryView::decode(entry->reveal(kAccess));
        ASSERT_TRUE(view);
        EXPECT_EQ(view->id(), *resource->id());
    }
}

TEST(IndexEntryTest, HoldsWhatCodesImplyAndByWhichMap) {
    LabelMap const map{.digest = "m1", .of = [](std::string_view system, std::string_view code) {
                           return system == "urn:s" && code.starts_with("v")
                                      ? std::vector<std::string_view>{"B", "A"}
                                      : std::vector<std::string_view>();
                       }};
    auto const implied = [&](std::string const& more, LabelMap const& by) {
        auto const resource = resource_of(
            R"({"resourceType":"Observation","id":"a","meta":{"tag":[{"system":"urn:s",)"
            R"("code":"v"}]},"status":"final","code":{"text":"x"})" +
            more + "}");
        auto const entry = make_index_entry(resource.view(), kNow, nullptr, by).value();
        auto found = EntryView::decode(entry.reveal(kAccess))
                         .value()
                         .find(std::string(kSecurityParameter) + ":of-type");
        std::vector<std::string> codes;
        while (found && found->left() > 0) codes.emplace_back(found->token().code);
        return codes;
    };
    using Codes = std::vector<std::string>;
    EXPECT_EQ(implied("", {}), Codes{});
    EXPECT_EQ(implied("", map), Codes{"m1"});
    auto const in = [](std::string const& code) {
        return R"({"coding":[{"system":"urn:s","code":")" + code + "\"}]}";
    };
    EXPECT_EQ(implied(R"(,"bodySite":)" + in("v1"), map), (Codes{"m1", "A", "B"}));
    EXPECT_EQ(implied(R"(,"bodySite":)" + in("w"), map), Codes{"m1"});
    EXPECT_EQ(implied(R"(,"contained":[{"resourceType":"Specimen","id":"s","type":)" + in("v2") +
                          R"(}],"specimen":{"reference":"#s"})",
                      map),
              (Codes{"m1", "A", "B"}));
}

TEST(IndexEntryTest, RefusesWithoutIdAndBeyondTheBound) {
    auto const nameless = resource_of(R"({"resourceType":"Patient"})");
    EXPECT_EQ(make_index_entry(nameless.view(), kNow).error().code, Errc::invalid);
    std::string many = R"({"resourceType":"Patient","id":"a","name":[)";
    for (int i = 0; i < 20'000; ++i) many += R"({"family":"abcdefghijklmnop"},)";
    auto const large = resource_of(many + R"({"family":"x"}]})");
    EXPECT_EQ(make_index_entry(large.view(), kNow).error().code, Errc::too_large);
}

}  // namespace
}  // namespace salus::fhir
