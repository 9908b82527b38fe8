// An opened index that is kept must never answer older than the store, whatever happens between
// the reads it is made of.
#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "records/tenant_for_test.h"
#include "store/hooked_store_for_test.h"

namespace salus::records {
namespace {

using testing::must;

std::string text_of_observation(std::string const& id) {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}})";
}

class IndexFreshnessTest : public ::testing::Test {
protected:
    [[nodiscard]] Change change(std::string const& id, std::uint64_t version = 1,
                                std::string const& patient = "p1") {
        return tenant_.change("Observation", id, patient, text_of_observation(id), version);
    }
    [[nodiscard]] CompartmentIndexPointer index() { return must(records_.index(compartment_)); }
    [[nodiscard]] std::set<std::uint64_t> versions() {
        std::set<std::uint64_t> all;
        auto const opened = index();
        for (auto const& table : opened->tables()) {
            for (auto const row : table.rows()) all.insert(opened->version(table, row));
        }
        return all;
    }

    testing::TestInstance instance_;
    testing::HookedStore store_{*instance_.store};
    testing::TestRecords tenant_{instance_, "default", "", &store_};
    Records& records_ = tenant_.records();
    std::unique_ptr<Records> others_ =
        must(Records::make(tenant_.tenant(), instance_.random, tenant_.cache()));
    CompartmentId const compartment_ = tenant_.addressing().patient_compartment("p1");
};

TEST_F(IndexFreshnessTest, StandsAsLongAsNothingIsWritten) {
    tenant_.write(change("o1"));
    std::size_t scans = 0;
    store_.hooks.before_scan = [&] { ++scans; };
    auto const first = index();
    EXPECT_EQ(first->size(), 1U);
    EXPECT_EQ(index(), first);
    EXPECT_EQ(must(others_->index(compartment_)), first);  // shared between threads
    EXPECT_EQ(scans, 1U);
    tenant_.write(tenant_.change("Observation", "o2", "p2", text_of_observation("o2")));
    EXPECT_EQ(index(), first);  // another patient's writes do not matter
    EXPECT_EQ(scans, 1U);
}

TEST_F(IndexFreshnessTest, EveryKindOfWriteIsSeenAtOnce) {
    EXPECT_EQ(index()->size(), 0U);
    tenant_.write(change("o1"));
    EXPECT_EQ(versions(), (std::set<std::uint64_t>{1}));
    tenant_.write(change("o1", 2));
    EXPECT_EQ(versions(), (std::set<std::uint64_t>{2}));
    tenant_.write(change("o1", 3, "p2"));  // moves to another patient
    EXPECT_EQ(index()->size(), 0U);
    tenant_.write(change("o1", 4));  // and back
    EXPECT_EQ(versions(), (std::set<std::uint64_t>{4}));
    Change deletion;
    deletion.type = "Observation";
    deletion.id = "o1";
    deletion.compartment = compartment_;
    deletion.version = 5;
    deletion.state = store::VersionState::deleted;
    tenant_.write(deletion);
    EXPECT_EQ(index()->size(), 0U);
    tenant_.write(change("o1", 6));
    EXPECT_EQ(versions(), (std::set<std::uint64_t>{6}));
    ASSERT_TRUE(instance_.home.run(instance_.store->erase(compartment_, instance_.home)));
    EXPECT_EQ(index()->size(), 0U);
}

TEST_F(IndexFreshnessTest, AWriteBetweenTheReadsIsNotLost) {
    for (auto* hook : {&store_.hooks.before_scan, &store_.hooks.after_scan}) {
        auto const name = std::string(hook == &store_.hooks.before_scan ? "a" : "b");
        tenant_.write(change(name + "1"));
        auto const expected = index()->size() + 2;
        tenant_.write(change(name + "2"));
        bool done = false;
        *hook = [&] {
            if (done) return;
            done = true;
            tenant_.write(change(name + "3"));
        };
        // This one began before the other writer ended; the next did not.
        EXPECT_GE(index()->size(), expected - 1);
        EXPECT_EQ(index()->size(), expected);
        EXPECT_TRUE(done);
        *hook = nullptr;
    }
}

TEST_F(IndexFreshnessTest, ADeletionBetweenTheReadsIsNotUndone) {
    tenant_.write(change("o1"));
    bool done = false;
    store_.hooks.after_scan = [&] {
        if (done) return;
        done = true;
        Change deletion;
        deletion.type = "Observation";
        deletion.id = "o1";
        deletion.compartment = compartment_;
        deletion.version = 2;
        deletion.state = store::VersionState::deleted;
        tenant_.write(deletion);
    };
    EXPECT_EQ(index()->size(), 1U);  // as it was when the call began
    EXPECT_EQ(index()->size(), 0U);
}

TEST_F(IndexFreshnessTest, WhatDoesNotOpenIsNotKept) {
    auto first = must(records_.seal(change("o1")));
    auto second = must(records_.seal(change("o2")));
    std::swap(first.index_entry, second.index_entry);
    ASSERT_TRUE(tenant_.owner().commit(std::move(first)).has_value());
    ASSERT_TRUE(tenant_.owner().commit(std::move(second)).has_value());
    EXPECT_EQ(records_.index(compartment_).error().code, Errc::corrupt);
    EXPECT_EQ(records_.index(compartment_).error().code, Errc::corrupt);
    auto const sequence =
        must(must(instance_.store->open_reader())->compartment_sequence(compartment_));
    EXPECT_FALSE(tenant_.cache().holds(compartment_, sequence));
}

TEST_F(IndexFreshnessTest, NeverOlderWhileAnotherThreadWrites) {
    constexpr std::size_t kDocuments = 150;
    std::atomic<std::size_t> written = 0;
    std::vector<store::Write> writes;
    for (std::size_t i = 0; i < kDocuments; ++i) {
        writes.push_back(must(records_.seal(change("o" + std::to_string(i)))));
    }
    std::thread other([&] {
        BlockingExecutor home;
        for (auto& write : writes) {
            store::Batch batch;
            batch.writes.push_back(std::move(write));
            ASSERT_TRUE(home.run(instance_.store->commit(std::move(batch), home)));
            written.fetch_add(1);
        }
    });
    for (std::size_t seen = 0; seen < kDocuments;) {
        auto const at_least = written.load();
        seen = index()->size();
        EXPECT_GE(seen, at_least);
        if (seen < at_least) break;
    }
    other.join();
    EXPECT_EQ(index()->size(), kDocuments);
}

}  // namespace
}  // namespace salus::records
