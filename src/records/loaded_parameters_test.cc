// The index and parameters that packages bring: what was written before they were loaded is found
// all the same, by whichever way a search looks, and what an earlier package found is not.
#include <gtest/gtest.h>

#include "consent/labels.h"
#include "fhir/parameters_for_test.h"
#include "records/tenant_for_test.h"
#include "store/hooked_store_for_test.h"

namespace salus::records {
namespace {

using fhir::testing::loaded_of;
using fhir::testing::parameter_json;
using testing::must;

constexpr std::size_t kMany = limits::kEntriesBesidePage + 10;

fhir::LoadedParametersPointer by(std::string const& expression) {
    return loaded_of({parameter_json("Observation", "mark", "token", expression)});
}

class LoadedParametersTest : public ::testing::Test {
protected:
    [[nodiscard]] Change change(std::string const& id, std::string const& mark,
                                std::uint64_t version = 1) {
        return tenant_.change("Observation", id, "p1",
                              R"({"resourceType":"Observation","id":")" + id +
                                  R"(","status":"final","code":{"text":"x"},"extension":[)" +
                                  R"({"url":"http://mark","valueCode":")" + mark +
                                  R"("},{"url":"http://twin","valueCode":"t-)" + mark +
                                  R"("}],"subject":{"reference":"Patient/p1"}})",
                              version);
    }
    void fill(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            tenant_.write(change("o" + std::to_string(1'000 + i), i % 2 == 0 ? "even" : "odd"));
    }
    // As a process that has just started searches.
    [[nodiscard]] std::size_t found(fhir::LoadedParametersPointer const& loaded,
                                    std::string const& mark) {
        IndexCache empty(0, instance_.clock);
        auto const records = must(Records::make(tenant_.tenant(), instance_.random, empty));
        auto const index = must(records->index(compartment_, loaded));
        // The page's turn has come when a commit behind it is done.
        auto const name = "x" + std::to_string(++behind_);
        tenant_.write(tenant_.change("Patient", name, "other",
                                     R"({"resourceType":"Patient","id":")" + name + R"("})"));
        return count(*index, mark);
    }
    [[nodiscard]] static std::size_t count(CompartmentIndex const& index, std::string const& mark) {
        std::size_t found = 0;
        for (auto const& table : index.tables()) {
            auto const* parameter = table.parameters().find("mark");
            if (parameter == nullptr) continue;
            auto const column = table.column(*parameter, fhir::ColumnSide::values);
            for (auto const row : table.rows()) {
                EXPECT_TRUE(table.is_current(row));
                auto values = column.find(row);
                found += values && values->token().code == mark ? 1U : 0U;
            }
        }
        return found;
    }
    // Rows of the compartment's index, in the cache or not, of which it does not tell what their
    // codes imply.
    [[nodiscard]] std::size_t untold() {
        std::size_t count = 0;
        auto const index = must(records_.index(compartment_));
        for (auto const& table : index->tables()) {
            auto const* parameter = table.parameters().find(fhir::kSecurityParameter);
            auto const column = table.column(*parameter, fhir::ColumnSide::beside);
            for (auto const row : table.rows()) {
                auto values = column.find(row);
                bool const told = values && values->left() > 0 &&
                                  values->token().code == consent::label_map().digest;
                count += told ? 0U : 1U;
            }
        }
        return count;
    }
    // Everything, as the background does it; how many entries of the compartment
    // were made again.
    std::size_t remake(fhir::LoadedParameters const* loaded) {
        std::size_t made = 0;
        for (auto const& committed : must(records_.committed(0, 10'000))) {
            auto entry = must(records_.remake_entry(committed, loaded));
            if (!entry) continue;
            made += committed.compartment == compartment_ ? 1U : 0U;
            std::vector<EntryReplacement> batch;
            batch.push_back(*std::move(entry));
            EXPECT_TRUE(instance_.home.run(
                replace_entries(tenant_.tenant(), std::move(batch), instance_.home)));
        }
        return made;
    }
    [[nodiscard]] store::IndexScan scan() {
        return must(must(instance_.store->open_reader())->scan(compartment_));
    }

    testing::TestInstance instance_;
    testing::HookedStore store_{*instance_.store};
    testing::TestRecords tenant_{instance_, "default", "", &store_};
    Records& records_ = tenant_.records();
    CompartmentId const compartment_ = tenant_.addressing().patient_compartment("p1");
    fhir::LoadedParametersPointer const marks_ = by("Observation.extension('http://mark').value");
    fhir::LoadedParametersPointer const twins_ = by("Observation.extension('http://twin').value");
    std::size_t behind_ = 0;
};

TEST_F(LoadedParametersTest, FindWhatWasWrittenBeforeThem) {
    fill(4);
    EXPECT_EQ(found(marks_, "even"), 2U);
    // A small compartment got a page, so that the next search does not read the resources again.
    ASSERT_TRUE(scan().page);
    EXPECT_EQ(found(marks_, "odd"), 2U);
    EXPECT_EQ(found(nullptr, "even"), 0U);
}

TEST_F(LoadedParametersTest, APageOfEarlierDefinitionsIsBroughtUpToDate) {
    fill(kMany);
    EXPECT_EQ(found(nullptr, "even"), 0U);
    ASSERT_TRUE(scan().page);
    auto const sequence = scan().page->sequence;
    EXPECT_EQ(found(marks_, "even"), kMany / 2);
    EXPECT_EQ(found(twins_, "even"), 0U);
    EXPECT_EQ(found(twins_, "t-even"), kMany / 2);
    EXPECT_EQ(found(marks_, "t-even"), 0U);
    EXPECT_EQ(scan().page->sequence, sequence);
    // Removed: nothing is made again, and nothing of it can be asked.
    EXPECT_EQ(found(nullptr, "even"), 0U);
    // What is written and deleted beside such a page counts.
    tenant_.write(change("o1000", "odd", 2));
    auto const address = tenant_.addressing().address("Observation", "o1002");
    Change deletion;
    deletion.type = "Observation";
    deletion.id = "o1002";
    deletion.compartment = compartment_;
    deletion.version = 2;
    deletion.state = store::VersionState::deleted;
    tenant_.write(deletion);
    EXPECT_EQ(found(marks_, "even"), kMany / 2 - 2);
    EXPECT_EQ(found(marks_, "odd"), kMany / 2 + 1);
    EXPECT_FALSE(must(records_.entry(address, marks_.get())));
}

TEST_F(LoadedParametersTest, ACachedIndexIsOfItsDefinitions) {
    fill(2);
    auto const marks = must(records_.index(compartment_, marks_));
    EXPECT_EQ(must(records_.index(compartment_, marks_)), marks);
    auto const twins = must(records_.index(compartment_, twins_));
    EXPECT_NE(twins, marks);
    EXPECT_EQ(count(*twins, "t-odd"), 1U);
    EXPECT_EQ(count(*marks, "odd"), 1U);
    EXPECT_NE(must(records_.index(compartment_)), twins);
}

TEST_F(LoadedParametersTest, OneEntryIsMadeAgainToo) {
    fill(1);
    auto const address = tenant_.addressing().address("Observation", "o1000");
    auto const entry = must(records_.entry(address, marks_.get()));
    ASSERT_TRUE(entry);
    auto const one = must(CompartmentIndex::make_of_some({*entry}, marks_));
    EXPECT_EQ(count(*one, "even"), 1U);
}

TEST_F(LoadedParametersTest, TheBackgroundMakesEachEntryOnce) {
    fill(kMany);
    EXPECT_EQ(found(nullptr, "even"), 0U);
    EXPECT_EQ(remake(marks_.get()), kMany);
    EXPECT_EQ(remake(marks_.get()), 0U);
    // The entries have the values now: no resource is read.
    auto const entry =
        must(must(instance_.store->open_reader())
                 ->index_entry(compartment_, tenant_.addressing().address("Observation", "o1000")));
    ASSERT_TRUE(entry);
    auto const text = must(records_.sealing().open_index_entry(compartment_, *entry));
    EXPECT_FALSE(fhir::outdated(bytes_of(text), marks_.get()));
    EXPECT_EQ(found(marks_, "even"), kMany / 2);
    // And again for other definitions.
    EXPECT_EQ(remake(twins_.get()), kMany);
    EXPECT_EQ(found(twins_, "t-odd"), kMany / 2);
}

// Labels are no search parameter: no search makes an entry again for them. The page and what was
// opened before have to go all the same, or every search would open the resources.
TEST_F(LoadedParametersTest, LabelsThatWereMissingReachThePageToo) {
    fill(kMany);
    EXPECT_EQ(found(nullptr, "even"), 0U);
    ASSERT_TRUE(scan().page);
    EXPECT_EQ(untold(), kMany);
    EXPECT_EQ(remake(nullptr), kMany);
    EXPECT_EQ(remake(nullptr), 0U);
    EXPECT_EQ(scan().entries.size(), kMany);
    EXPECT_EQ(untold(), 0U);
    EXPECT_EQ(found(nullptr, "even"), 0U);
    ASSERT_TRUE(scan().page);
    EXPECT_TRUE(scan().entries.empty());
    EXPECT_EQ(untold(), 0U);
}

// A reader that opened the entries before keeps no page of them.
TEST_F(LoadedParametersTest, APageOfBeforeIsNotKept) {
    fill(2);
    auto const before = scan();
    EXPECT_EQ(remake(nullptr), 2U);
    EXPECT_GT(scan().sequence, before.sequence);
}

TEST_F(LoadedParametersTest, AnEntryThatWasWrittenMeanwhileIsLeftAlone) {
    tenant_.write(change("o1", "even"));
    auto const commits = must(records_.committed(0, 10));
    ASSERT_EQ(commits.size(), 1U);
    auto stale = must(records_.remake_entry(commits.front(), marks_.get()));
    ASSERT_TRUE(stale);
    tenant_.write(change("o1", "odd", 2));
    std::vector<EntryReplacement> batch;
    batch.push_back(*std::move(stale));
    auto const done =
        instance_.home.run(replace_entries(tenant_.tenant(), std::move(batch), instance_.home));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_FALSE(must(records_.remake_entry(commits.front(), marks_.get())));
    EXPECT_EQ(found(marks_, "odd"), 1U);
    EXPECT_EQ(found(marks_, "even"), 0U);
}

}  // namespace
}  // namespace salus::records
