#include <gtest/gtest.h>

#include "records/compartment_index.h"
#include "records/tenant_for_test.h"

namespace salus::records {
namespace {

using testing::must;
using testing::TestInstance;
using testing::TestRecords;

std::string const kObservation =
    R"({"resourceType":"Observation","id":"o1","meta":{"versionId":"1"},"status":"final",)"
    R"("code":{"coding":[{"code":"a"}]},"subject":{"reference":"Patient/p1"},)"
    R"("valueQuantity":{"value":5}})";

// What version 0.1.0 stored: the same head, and groups that this version does not read.
Bytes entry_of_the_first_layout(std::string_view type, std::string_view id) {
    Bytes entry{1};
    for (auto const text : {type, id}) {
        entry.push_back(static_cast<std::uint8_t>(text.size()));
        append(entry, bytes_of(text));
    }
    append_u64(entry, 0);
    append(entry, bytes_of("old"));
    return entry;
}

fhir::EntryTable const* table_of(CompartmentIndexPointer const& index, std::string_view type) {
    auto const tables = index->tables(*fhir::find_resource_type(type));
    return tables.empty() ? nullptr : &tables.front();
}

TEST(IndexLayoutTest, HoldsATableForEachType) {
    TestInstance instance;
    TestRecords records(instance);
    for (auto const* id : {"o3", "o1", "o2"}) {
        auto text = kObservation;
        text.replace(text.find("o1"), 2, id);
        records.write(records.change("Observation", id, "p1", text));
    }
    records.write(records.change("Patient", "p1", "p1", R"({"resourceType":"Patient","id":"p1"})"));
    auto const compartment = records.addressing().patient_compartment("p1");
    auto const index = must(records.records().index(compartment));
    EXPECT_EQ(index->size(), 4U);
    ASSERT_EQ(index->tables().size(), 2U);
    EXPECT_EQ(table_of(index, "Condition"), nullptr);
    auto const* table = table_of(index, "Observation");
    ASSERT_NE(table, nullptr);
    ASSERT_EQ(table->size(), 3U);
    for (fhir::EntryTable::Row row = 0; row < 3; ++row) {
        auto const id = "o" + std::to_string(row + 1);
        EXPECT_EQ(table->id(row), id);
        EXPECT_EQ(table->find(id), row);
        EXPECT_EQ(index->address(*table, row), records.addressing().address("Observation", id));
    }
    EXPECT_EQ(table->find("o4"), std::nullopt);
    EXPECT_EQ(index->address(*table_of(index, "Patient"), 0),
              records.addressing().address("Patient", "p1"));
    // It stays as long as nothing is written there, and counts what it takes.
    EXPECT_EQ(must(records.records().index(compartment)), index);
    EXPECT_GT(index->bytes(), 3 * kObservation.size() / 2);
    EXPECT_EQ(records.records()
                  .index(records.addressing().patient_compartment("p2"), nullptr, 0)
                  .has_value(),
              true);
    records.write(records.change("Patient", "p9", "p9", R"({"resourceType":"Patient","id":"p9"})"));
    auto const other = records.addressing().patient_compartment("p9");
    EXPECT_EQ(records.records().index(other, nullptr, 0).error().code, Errc::too_large);
}

TEST(IndexLayoutTest, EntriesOfTheFirstLayoutAreMadeAgain) {
    TestInstance instance;
    TestRecords records(instance);
    auto change = records.change("Observation", "o1", "p1", kObservation);
    change.index_entry = Ephi<Bytes>(entry_of_the_first_layout("Observation", "o1"));
    records.write(change);
    auto const compartment = records.addressing().patient_compartment("p1");
    auto const index = must(records.records().index(compartment));
    auto const* table = table_of(index, "Observation");
    ASSERT_NE(table, nullptr);
    auto const& quantity = *fhir::find_search_parameter(table->type(), "value-quantity");
    EXPECT_TRUE(table->column(quantity, fhir::ColumnSide::values).has(0));
    auto const one =
        must(records.records().entry(records.addressing().address("Observation", "o1")));
    ASSERT_TRUE(one.has_value());
    EXPECT_TRUE(fhir::EntryView::decode(bytes_of(one->entry)).has_value());
}

TEST(IndexLayoutTest, AnEntryThatNobodyWroteIsRefused) {
    TestInstance instance;
    TestRecords records(instance);
    auto change = records.change("Observation", "o1", "p1", kObservation);
    change.index_entry = Ephi<Bytes>(Bytes{9, 1, 'x', 1, 'y'});
    records.write(change);
    auto const index = records.records().index(records.addressing().patient_compartment("p1"));
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, Errc::corrupt);
    // An old head that names another resource does not open its document.
    auto moved = records.change("Observation", "o2", "p2", kObservation);
    moved.id = "o2";
    moved.index_entry = Ephi<Bytes>(entry_of_the_first_layout("Observation", "o1"));
    records.write(moved);
    EXPECT_FALSE(
        records.records().index(records.addressing().patient_compartment("p2")).has_value());
}

}  // namespace
}  // namespace salus::records
