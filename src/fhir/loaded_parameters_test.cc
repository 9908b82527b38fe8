// Searching by parameters that packages bring: from resources to entries, tables and queries.
#include "fhir/loaded_parameters.h"

#include <gtest/gtest.h>

#include "fhir/parameters_for_test.h"
#include "fhir/search_samples_for_test.h"

namespace salus::fhir {
namespace {

using testing::entry_of;
using testing::kNow;
using testing::loaded_of;
using testing::parameter_json;
using testing::query;
using testing::Tables;

std::string patient(std::string const& id, std::string const& race) {
    return R"({"resourceType":"Patient","id":")" + id +
           R"(","gender":"male","extension":[{"url":"http://race","extension":[{"url":"code",)"
           R"("valueCoding":{"system":"http://cdc","code":")" +
           race + R"("}}]},{"url":"http://since","valueDateTime":"2020-0)" + id.substr(1) +
           R"(-01"},{"url":"http://host","valueReference":{"reference":"Organization/o)" +
           id.substr(1) + R"("}}]})";
}

std::vector<std::string> definitions() {
    return {parameter_json("Patient", "race", "token",
                           "Patient.extension.where(url = 'http://race').extension.value.code"),
            parameter_json("Patient", "coded-race", "token",
                           "Patient.extension('http://race').extension.value"),
            parameter_json("Patient", "since", "date", "Patient.extension('http://since').value",
                           R"(,"comparator":["ge","lt"],"modifier":["missing"])"),
            parameter_json("Patient", "host", "reference", "Patient.extension('http://host').value",
                           R"(,"target":["Organization"])"),
            parameter_json("Organization", "motto", "string",
                           "Organization.extension('http://motto').value.ofType(string)")};
}

class LoadedParametersTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string found(testing::Parameters const& parameters) {
        return tables_.found("Patient", parameters);
    }
    [[nodiscard]] Errc refusal(testing::Parameters const& parameters) {
        auto const parsed = query("Patient", parameters, Handling::strict, loaded_);
        EXPECT_FALSE(parsed) << parameters[0].first;
        return parsed ? Errc::internal : parsed.error().code;
    }
    LoadedParametersPointer loaded_ = loaded_of(definitions());
    std::vector<Bytes> entries_{
        entry_of(patient("p1", "2054-5"), kNow, loaded_.get()),
        entry_of(patient("p2", "2106-3"), kNow, loaded_.get()),
        entry_of(R"({"resourceType":"Patient","id":"p3"})", kNow, loaded_.get()),
        entry_of(R"({"resourceType":"Organization","id":"o1","name":"x","extension":)"
                 R"([{"url":"http://motto","valueString":"First do no harm"}]})",
                 kNow, loaded_.get())};
    Tables tables_{entries_, loaded_};
};

TEST_F(LoadedParametersTest, AreSearchedAsTheirTypesAre) {
    EXPECT_EQ(found({{"race", "2054-5"}}), "p1");
    EXPECT_EQ(found({{"race", "2054-5,2106-3"}}), "p1 p2");
    EXPECT_EQ(found({{"race:not", "2054-5"}}), "p2 p3");
    EXPECT_EQ(found({{"race:missing", "true"}}), "p3");
    EXPECT_EQ(found({{"coded-race", "http://cdc|2106-3"}}), "p2");
    EXPECT_EQ(found({{"coded-race", "http://other|2106-3"}}), "");
    EXPECT_EQ(found({{"since", "ge2020-02-01"}}), "p2");
    EXPECT_EQ(found({{"host", "Organization/o2"}}), "p2");
    EXPECT_EQ(found({{"gender", "male"}, {"race", "2106-3"}}), "p2");
    EXPECT_EQ(found({{"host.motto", "first"}}), "p1");
    EXPECT_EQ(tables_.found("Organization", {{"_has:Patient:host:race", "2054-5"}}), "o1");
}

TEST_F(LoadedParametersTest, SortByThem) {
    auto const parsed = query("Patient", {{"_sort", "-since"}}, Handling::strict, loaded_);
    ASSERT_TRUE(parsed);
    auto const page = page_of(*parsed, tables_.all("Patient"), nullptr, 10);
    ASSERT_EQ(page.matches.size(), 3U);
    EXPECT_EQ(page.matches[0].id(), "p2");
    EXPECT_EQ(page.matches[2].id(), "p3");
}

TEST_F(LoadedParametersTest, RefuseWhatTheDefinitionDoesNotAllow) {
    EXPECT_EQ(refusal({{"since", "gt2020-02-01"}}), Errc::not_supported);
    EXPECT_EQ(refusal({{"race:exact", "x"}}), Errc::not_supported);
    EXPECT_EQ(refusal({{"race:nonsense", "x"}}), Errc::invalid);
    EXPECT_EQ(refusal({{"races", "x"}}), Errc::invalid);
    EXPECT_EQ(refusal({{"since", "yesterday"}}), Errc::invalid);
    EXPECT_FALSE(query("Patient", {{"race", "x"}}));  // no package is loaded
    EXPECT_FALSE(query("Practitioner", {{"race", "x"}}, Handling::strict, loaded_));
    // Where something is wrong errors say by Literals only.
    auto const parsed = query("Patient", {{"since", "yesterday"}}, Handling::strict, loaded_);
    EXPECT_EQ(parsed.error().where.path(), "");
}

TEST_F(LoadedParametersTest, AreReadAndIncludedAsOthersAre) {
    auto const parsed =
        query("Patient", {{"race", "x"}, {"_include", "Patient:host"}}, Handling::strict, loaded_);
    ASSERT_TRUE(parsed);
    auto const reads = parsed->reads();
    ASSERT_EQ(reads.size(), 2U);
    EXPECT_EQ(reads[0].parameter->name.text(), "race");
    EXPECT_EQ(reads[0].parameter->elements[0].text(), "extension");
    EXPECT_EQ(reads[1].parameter->name.text(), "host");
    auto const every = query("Patient", {{"_include", "*"}}, Handling::strict, loaded_);
    ASSERT_TRUE(every);
    EXPECT_TRUE(std::ranges::any_of(every->reads(), [](SearchRead const& read) {
        return read.parameter->name.text() == "host";
    }));
    EXPECT_FALSE(query("Patient", {{"_include", "Patient:race"}}, Handling::strict, loaded_));
}

TEST_F(LoadedParametersTest, AnEntryIsOutdatedUnderOtherDefinitions) {
    auto const& entry = entries_[0];
    EXPECT_FALSE(outdated(entry));
    EXPECT_FALSE(outdated(entry, loaded_.get()));
    auto const changed = loaded_of(
        {parameter_json("Patient", "race", "token", "Patient.extension('http://other').value")});
    ASSERT_TRUE(outdated(entry, changed.get()));
    EXPECT_EQ(outdated(entry, changed.get())->id, "p1");
    auto const before = entry_of(patient("p1", "2054-5"));
    EXPECT_FALSE(outdated(before));
    EXPECT_TRUE(outdated(before, loaded_.get()));
    // Of a type that the package says nothing about.
    auto const device = entry_of(R"({"resourceType":"Device","id":"d"})");
    EXPECT_FALSE(outdated(device, loaded_.get()));
    // Truncated ones are never read beyond their end.
    for (std::size_t size = 0; size < entry.size(); ++size)
        (void)outdated(BytesView(entry).first(size), loaded_.get());
}

// A package that is loaded again with another expression never reads what the one before found.
TEST_F(LoadedParametersTest, ValuesOfOtherDefinitionsAreNeverLookedAt) {
    auto const changed = loaded_of(
        {parameter_json("Patient", "race", "token", "Patient.extension('http://other').value")});
    auto const& type = *find_type("Patient");
    std::vector<EntryView> views;
    for (std::size_t i = 0; i < 3; ++i) views.push_back(*EntryView::decode(entries_[i]));
    auto const bytes = testing::bytes_of_table(type, views, loaded_.get());

    auto const same = EntryTable::open(type, bytes, loaded_.get()).value();
    EXPECT_TRUE(same.is_current(0));
    auto const other = EntryTable::open(type, bytes, changed.get()).value();
    EXPECT_FALSE(other.is_current(0));
    auto const* race = other.parameters().find("race");
    ASSERT_NE(race, nullptr);
    for (auto const side : {ColumnSide::values, ColumnSide::beside})
        EXPECT_FALSE(other.column(*race, side).has(0) && other.is_current(0));
    auto const none = EntryTable::open(type, bytes).value();
    EXPECT_TRUE(none.is_current(0));
    EXPECT_EQ(none.parameters().find("race"), nullptr);

    // Rows that go into another table leave behind what is not of its definitions.
    EntryTableWriter writer(type, changed.get());
    writer.add(other, 0);
    ASSERT_TRUE(writer.add(views[1]));
    auto const rewritten = std::move(writer).finish().value();
    auto const after = EntryTable::open(type, rewritten, changed.get()).value();
    EXPECT_FALSE(after.is_current(0));
    EXPECT_FALSE(after.is_current(1));
    auto const text = text_of(rewritten);
    EXPECT_EQ(text.find("+race"), std::string_view::npos);
    EXPECT_EQ(text.find("+since"), std::string_view::npos);
}

TEST_F(LoadedParametersTest, WithoutPackagesAnEntryIsAsItWas) {
    auto const plain = entry_of(patient("p1", "2054-5"));
    auto const text = text_of(plain);
    EXPECT_EQ(text.find(kLoadedMark), std::string_view::npos);
    EXPECT_EQ(text.find(kStampMark), std::string_view::npos);
    // FHIR's own parameters read the same from either.
    auto const with = EntryView::decode(entries_[0]).value();
    EXPECT_EQ(with.find("gender")->token().code, "male");
}

TEST_F(LoadedParametersTest, CompositesCompareSideBySide) {
    auto const loaded = loaded_of({parameter_json(
        "Observation", "pair", "composite", "Observation.component",
        R"(,"component":[{"definition":"http://u","expression":"code"},)"
        R"json({"definition":"http://v","expression":"value.ofType(Quantity)"}])json")});
    auto const part = [](std::string const& code, std::string const& value) {
        return R"({"code":{"coding":[{"code":")" + code + R"("}]},"valueQuantity":{"value":)" +
               value + "}}";
    };
    std::vector<Bytes> const entries{
        entry_of(R"({"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},)"
                 R"("component":[)" +
                     part("a", "1") + "," + part("b", "2") + "]}",
                 kNow, loaded.get())};
    Tables tables(entries, loaded);
    EXPECT_EQ(tables.found("Observation", {{"pair", "a$1"}}), "o1");
    EXPECT_EQ(tables.found("Observation", {{"pair", "b$gt1"}}), "o1");
    EXPECT_EQ(tables.found("Observation", {{"pair", "a$2"}}), "");
}

}  // namespace
}  // namespace salus::fhir
