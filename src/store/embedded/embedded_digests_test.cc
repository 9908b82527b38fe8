#include "store/embedded/embedded_digests.h"

#include <gtest/gtest.h>

#include "foundation/blocking.h"
#include "store/embedded/store_directory.h"
#include "store/store_samples.h"

namespace salus::store::embedded {
namespace {

using samples::batch;

class EmbeddedDigestsTest : public ::testing::Test {
protected:
    EmbeddedDigestsTest() : store_(directory_.open().value()) {}

    void commit(Write write) {
        ASSERT_TRUE(executor_.run(store_->commit(batch(std::move(write)), executor_)));
    }
    // Read in pages of this size, beside the store that is open.
    std::vector<StoredDigest> read(std::size_t page_size) const {
        auto const digests = open_embedded_digests(directory_.file());
        std::vector<StoredDigest> all;
        while (true) {
            auto const page = (*digests)->next(page_size);
            EXPECT_TRUE(page);
            if (!page || page->empty()) return all;
            all.insert(all.end(), page->begin(), page->end());
        }
    }

    StoreDirectory directory_;
    BlockingExecutor executor_;
    std::unique_ptr<Store> store_;
};

TEST_F(EmbeddedDigestsTest, EveryVersionOnceInOrder) {
    for (std::uint64_t version = 1; version <= 9; ++version) {
        for (std::uint64_t document = 1; document <= 3; ++document) {
            commit(samples::write(document, document, version));
        }
    }
    commit(samples::deletion(2, 2, 10));
    for (std::size_t const page_size : {1U, 2U, 5U, 7U, 100U}) {
        auto const all = read(page_size);
        ASSERT_EQ(all.size(), 28U) << page_size;
        for (std::size_t i = 1; i < all.size(); ++i) {
            auto const& before = all[i - 1].place;
            auto const& here = all[i].place;
            EXPECT_TRUE(std::tie(before.address, before.version) <
                        std::tie(here.address, here.version));
        }
        for (auto const& each : all) {
            auto const stored =
                store_->open_reader().value()->get_version(each.place.address, each.place.version);
            ASSERT_TRUE(stored && *stored);
            EXPECT_EQ(each.digest, crypto::sha256((*stored)->document.bytes()));
            EXPECT_EQ(each.compartment, (*stored)->compartment);
            EXPECT_EQ(each.state, (*stored)->state);
        }
    }
}

TEST_F(EmbeddedDigestsTest, NotWhatWasErased) {
    commit(samples::write(1, 1, 1));
    commit(samples::write(2, 2, 1));
    // Moves to the patient who is erased: a row stays that says so.
    commit(samples::write(2, 1, 2));
    ASSERT_TRUE(executor_.run(store_->erase(samples::compartment(1), executor_)));
    auto const all = read(10);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].place, (RecordPlace{samples::address(2), 1}));
}

TEST_F(EmbeddedDigestsTest, NotAStore) {
    EXPECT_FALSE(open_embedded_digests(directory_.path() / "absent.db"));
}

}  // namespace
}  // namespace salus::store::embedded
