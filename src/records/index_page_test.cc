// Pages of the index: an index from a page and what was written since is the one from the entries,
// and a page that is not the one that was sealed there last does not open.
#include "records/index_page.h"

#include <gtest/gtest.h>
#include <map>

#include "records/tenant_for_test.h"
#include "store/hooked_store_for_test.h"

namespace salus::records {
namespace {

using testing::must;

constexpr std::size_t kDocuments = limits::kEntriesBesidePage + 20;

std::string text_of_observation(std::string const& id, std::string const& code) {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","code":{"coding":[{"code":")" + code +
           R"("}]},"subject":{"reference":"Patient/p1"}})";
}

class IndexPageTest : public ::testing::Test {
protected:
    // What a search can see of an entry.
    struct Seen {
        std::uint64_t version = 0;
        Address address;
        std::string code;
        friend bool operator==(Seen const&, Seen const&) = default;
    };
    using Contents = std::map<std::string, Seen>;

    static std::string id(std::size_t number) { return "o" + std::to_string(1'000 + number); }
    [[nodiscard]] Change change(std::string const& id, std::uint64_t version,
                                std::string const& code, std::string const& patient = "p1") {
        return tenant_.change("Observation", id, patient, text_of_observation(id, code), version);
    }
    [[nodiscard]] Change deletion(std::string const& id, std::uint64_t version) {
        Change change;
        change.type = "Observation";
        change.id = id;
        change.compartment = compartment_;
        change.version = version;
        change.state = store::VersionState::deleted;
        return change;
    }
    void fill(std::string const& prefix = "", std::string const& patient = "p1") {
        store::Batch batch;
        for (std::size_t i = 0; i < kDocuments; ++i) {
            auto const name = prefix + id(i);
            batch.writes.push_back(
                must(records_.seal(change(name, 1, "c" + std::to_string(i % 7), patient))));
        }
        ASSERT_TRUE(instance_.home.run(instance_.store->commit(std::move(batch), instance_.home)));
    }
    // As a process that has just started sees it.
    [[nodiscard]] Result<CompartmentIndexPointer> opened_anew(CompartmentId const& compartment) {
        IndexCache empty(0, instance_.clock);
        auto const records = must(Records::make(tenant_.tenant(), instance_.random, empty));
        auto index = records->index(compartment);
        // The page's turn has come when a commit behind it is done.
        auto const name = "x" + std::to_string(++behind_);
        tenant_.write(tenant_.change("Patient", name, "other",
                                     R"({"resourceType":"Patient","id":")" + name + R"("})"));
        return index;
    }
    [[nodiscard]] Contents contents_of(CompartmentIndex const& index) {
        Contents contents;
        for (auto const& table : index.tables()) {
            auto const& code = *fhir::find_search_parameter(table.type(), "code");
            auto const column = table.column(code, fhir::ColumnSide::values);
            for (auto const row : table.rows()) {
                auto values = column.find(row);
                bool const added =
                    contents
                        .emplace(table.id(row),
                                 Seen{index.version(table, row), index.address(table, row),
                                      values ? std::string(values->token().code) : ""})
                        .second;
                EXPECT_TRUE(added) << table.id(row);
            }
        }
        EXPECT_EQ(contents.size(), index.size());
        return contents;
    }
    // With and without the page.
    void expect_the_same() {
        auto const with = must(opened_anew(compartment_));
        store_.hooks.alter_scan = [this](store::IndexScan& scan) {
            // No page that is made of this is kept.
            scan.sequence = 0;
            scan.page.reset();
            scan.removed.clear();
            scan.entries.clear();
            auto const reader = must(instance_.store->open_reader());
            for (auto const& name : names_) {
                auto const address = tenant_.addressing().address("Observation", name);
                auto entry = must(reader->index_entry(compartment_, address));
                if (entry) scan.entries.push_back(*std::move(entry));
            }
        };
        auto const without = must(opened_anew(compartment_));
        store_.hooks.alter_scan = nullptr;
        EXPECT_EQ(contents_of(*with), contents_of(*without));
    }
    [[nodiscard]] store::IndexScan scan(CompartmentId const& compartment) {
        return must(must(instance_.store->open_reader())->scan(compartment));
    }
    [[nodiscard]] Bytes sealed_page(CompartmentId const& compartment) {
        auto const found = scan(compartment);
        EXPECT_TRUE(found.page);
        auto const bytes = found.page->page.bytes();
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] std::optional<Errc> refusal() {
        auto const index = opened_anew(compartment_);
        return index ? std::nullopt : std::optional(index.error().code);
    }

    testing::TestInstance instance_;
    testing::HookedStore store_{*instance_.store};
    testing::TestRecords tenant_{instance_, "default", "", &store_};
    Records& records_ = tenant_.records();
    CompartmentId const compartment_ = tenant_.addressing().patient_compartment("p1");
    std::vector<std::string> names_;
    std::size_t behind_ = 0;
};

TEST_F(IndexPageTest, IsMadeWhenManyEntriesWereOpened) {
    tenant_.write(change("o1", 1, "a"));
    static_cast<void>(must(opened_anew(compartment_)));
    EXPECT_FALSE(scan(compartment_).page);
    fill();
    auto const first = must(opened_anew(compartment_));
    EXPECT_EQ(first->outside_the_page(), kDocuments + 1);
    ASSERT_TRUE(scan(compartment_).page);
    EXPECT_TRUE(scan(compartment_).entries.empty());
    auto const second = must(opened_anew(compartment_));
    EXPECT_EQ(second->outside_the_page(), 0U);
    EXPECT_EQ(second->sequence(), first->sequence());
    EXPECT_EQ(contents_of(*second), contents_of(*first));
}

TEST_F(IndexPageTest, IsNeverBelievedAboutWhatWasWrittenSince) {
    fill();
    for (std::size_t i = 0; i < kDocuments; ++i) names_.push_back(id(i));
    static_cast<void>(must(opened_anew(compartment_)));
    ASSERT_TRUE(scan(compartment_).page);
    expect_the_same();
    tenant_.write(change(id(0), 2, "other"));
    tenant_.write(change(id(1), 2, "moved", "p2"));
    tenant_.write(deletion(id(2), 2));
    tenant_.write(deletion(id(3), 2));
    tenant_.write(change(id(3), 3, "back"));
    tenant_.write(change("new", 1, "new"));
    tenant_.write(change(id(4), 2, "moved", "p2"));
    tenant_.write(change(id(4), 3, "and back"));
    names_.emplace_back("new");
    expect_the_same();
    auto const contents = contents_of(*must(opened_anew(compartment_)));
    EXPECT_EQ(contents.size(), kDocuments - 2 + 1);
    EXPECT_EQ(contents.at(id(0)).code, "other");
    EXPECT_EQ(contents.at(id(0)).version, 2U);
    EXPECT_FALSE(contents.contains(id(1)));
    EXPECT_FALSE(contents.contains(id(2)));
    EXPECT_EQ(contents.at(id(3)).code, "back");
    EXPECT_EQ(contents.at(id(4)).code, "and back");
    EXPECT_EQ(contents.at("new").code, "new");
    // What is in a table beside the page is found by its id, and what it replaces is not.
    auto const index = must(opened_anew(compartment_));
    auto const tables = index->tables(*fhir::find_resource_type("Observation"));
    ASSERT_EQ(tables.size(), 2U);
    std::size_t found = 0;
    for (auto const& table : tables) {
        found += table.find(id(0)) ? 1U : 0U;
        EXPECT_FALSE(table.find(id(2)));
    }
    EXPECT_EQ(found, 1U);
}

TEST_F(IndexPageTest, IsMadeAgainFromThePageAndWhatStandsBeside) {
    fill();
    static_cast<void>(must(opened_anew(compartment_)));
    auto const before = sealed_page(compartment_);
    fill("more");
    auto const beside = contents_of(*must(opened_anew(compartment_)));
    EXPECT_NE(sealed_page(compartment_), before);
    EXPECT_TRUE(scan(compartment_).entries.empty());
    auto const again = must(opened_anew(compartment_));
    EXPECT_EQ(again->tables().size(), 1U);
    EXPECT_EQ(contents_of(*again), beside);
    EXPECT_EQ(again->size(), 2 * kDocuments);
}

TEST_F(IndexPageTest, OpensOnlyAsItWasSealed) {
    fill();
    static_cast<void>(must(opened_anew(compartment_)));
    auto const whole = sealed_page(compartment_);
    auto const with = [&](Bytes bytes) {
        store_.hooks.alter_scan = [bytes](store::IndexScan& scan) {
            auto sealed = crypto::Sealed::from_storage(bytes);
            if (sealed && scan.page) scan.page->page = *std::move(sealed);
        };
        return refusal();
    };
    EXPECT_EQ(with(whole), std::nullopt);
    for (std::size_t at = 4; at < whole.size(); at += 97) {
        auto bad = whole;
        bad[at] ^= 1;
        // Another key version has no key; everything else does not open.
        EXPECT_NE(with(bad), std::nullopt) << at;
        if (at >= 8) EXPECT_EQ(with(bad), Errc::corrupt) << at;
    }
    EXPECT_EQ(with(Bytes(whole.begin(), whole.end() - 1)), Errc::corrupt);
    EXPECT_EQ(with(Bytes(whole.begin(), whole.begin() + 100)), Errc::corrupt);
}

TEST_F(IndexPageTest, OpensOnlyWhereAndWhenItWasSealed) {
    fill();
    fill("other", "p2");
    auto const other = tenant_.addressing().patient_compartment("p2");
    static_cast<void>(must(opened_anew(compartment_)));
    static_cast<void>(must(opened_anew(other)));
    auto const old = sealed_page(compartment_);
    auto const others = sealed_page(other);
    auto const put = [&](Bytes const& bytes) {
        store_.hooks.alter_scan = [bytes](store::IndexScan& scan) {
            if (scan.page) scan.page->page = must(crypto::Sealed::from_storage(bytes));
        };
        return refusal();
    };
    EXPECT_EQ(put(others), Errc::corrupt);
    store_.hooks.alter_scan = nullptr;
    // An older page in the place of a newer one.
    fill("more");
    static_cast<void>(must(opened_anew(compartment_)));
    ASSERT_NE(sealed_page(compartment_), old);
    EXPECT_EQ(put(old), Errc::corrupt);
    // Nor does an index entry open as a page.
    store_.hooks.alter_scan = nullptr;
    auto const entry =
        must(must(instance_.store->open_reader())
                 ->index_entry(compartment_, tenant_.addressing().address("Observation", id(0))));
    EXPECT_EQ(put(Bytes(entry->entry.bytes().begin(), entry->entry.bytes().end())), Errc::corrupt);
}

TEST_F(IndexPageTest, IsOpenedOnceForTheIndexesThatFollow) {
    fill();
    static_cast<void>(must(opened_anew(compartment_)));
    auto const first = must(records_.index(compartment_));
    ASSERT_NE(first->page(), nullptr);
    std::size_t pages = 0;
    store_.hooks.alter_scan = [&](store::IndexScan const& scan) { pages += scan.page ? 1U : 0U; };
    tenant_.write(change(id(0), 2, "other"));
    tenant_.write(deletion(id(1), 2));
    tenant_.write(change("new", 1, "new"));
    auto const second = must(records_.index(compartment_));
    EXPECT_EQ(second->page(), first->page());
    EXPECT_EQ(second->outside_the_page(), 3U);
    tenant_.write(change(id(0), 3, "once more"));
    auto const third = must(records_.index(compartment_));
    EXPECT_EQ(third->page(), first->page());
    EXPECT_EQ(pages, 0U);
    EXPECT_EQ(contents_of(*third), contents_of(*must(opened_anew(compartment_))));
    EXPECT_EQ(contents_of(*third).at(id(0)).code, "once more");
    // Whoever uses the earlier ones sees what they were made of.
    EXPECT_EQ(contents_of(*first).at(id(0)).version, 1U);
    EXPECT_EQ(contents_of(*second).at(id(0)).code, "other");
    EXPECT_EQ(pages, 1U);
    // A page that took its place is read.
    fill("more");
    static_cast<void>(must(opened_anew(compartment_)));
    auto const with_another = must(records_.index(compartment_));
    EXPECT_NE(with_another->page(), first->page());
    EXPECT_EQ(with_another->outside_the_page(), 0U);
    // And so is none, once its compartment is gone.
    ASSERT_TRUE(instance_.home.run(instance_.store->erase(compartment_, instance_.home)));
    EXPECT_EQ(must(records_.index(compartment_))->size(), 0U);
}

TEST_F(IndexPageTest, StaysInMemoryNoLongerThanWhenItWasOpened) {
    fill();
    static_cast<void>(must(opened_anew(compartment_)));
    static_cast<void>(must(records_.index(compartment_)));
    std::weak_ptr<OpenedPage const> const page = must(records_.index(compartment_))->page();
    instance_.clock.advance(limits::kIndexCacheTime - std::chrono::seconds(1));
    tenant_.write(change(id(0), 2, "other"));
    EXPECT_EQ(must(records_.index(compartment_))->page(), page.lock());
    EXPECT_FALSE(page.expired());
    instance_.clock.advance(std::chrono::seconds(1));
    tenant_.cache().forget_expired();
    EXPECT_TRUE(page.expired());
}

TEST_F(IndexPageTest, IsGoneWithItsCompartment) {
    fill();
    static_cast<void>(must(opened_anew(compartment_)));
    ASSERT_TRUE(scan(compartment_).page);
    ASSERT_TRUE(instance_.home.run(instance_.store->erase(compartment_, instance_.home)));
    EXPECT_FALSE(scan(compartment_).page);
    EXPECT_EQ(must(opened_anew(compartment_))->size(), 0U);
}

TEST_F(IndexPageTest, DamagedBytesLeadNowhere) {
    auto const changed = change("o1", 1, "a");
    auto const& entry = testing::EphiTestAccess::open(changed.index_entry);
    auto const page = must(make_page({{Address{}, 1, must(fhir::EntryView::decode(entry))}}));
    EXPECT_EQ(must(open_page(page)).size(), 1U);
    for (std::size_t size = 0; size < page.size(); ++size)
        EXPECT_EQ(open_page(BytesView(page).first(size)).error().code, Errc::corrupt);
    for (std::size_t at = 0; at < page.size(); ++at) {
        for (auto const bits : {0x01, 0x80, 0xff}) {
            auto bad = page;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ bits);
            auto const tables = open_page(bad);
            if (!tables) continue;
            for (auto const& [table, places] : *tables) {
                for (auto const row : table.rows()) {
                    static_cast<void>(table.id(row));
                    static_cast<void>(places.address(row));
                    static_cast<void>(places.version(row));
                }
            }
        }
    }
}

}  // namespace
}  // namespace salus::records
