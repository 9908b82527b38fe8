// What every engine must pass about pages of the index, beside store_suite.h: a page is never
// believed about what was written after it.
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StorePageSuite, EmbeddedEngine);
//
// Included by tests only.
#pragma once

#include <set>

#include "store/store_suite.h"

namespace salus::store {

template <class Engine>
class StorePageSuite : public StoreSuite<Engine> {
protected:
    // Waits until its turn has come: another compartment's commit stands behind it in the queue.
    void keep(std::uint64_t compartment, std::uint64_t sequence, std::uint64_t mark) {
        this->store_->keep_page(
            {samples::compartment(compartment), sequence, samples::sealed(40'000, mark)});
        ASSERT_TRUE(this->commit(samples::write(++behind_, 9, 1)));
    }
    // A page as they are now.
    void keep_now(std::uint64_t compartment, std::uint64_t mark = 1) {
        keep(compartment, this->sequence(samples::compartment(compartment)), mark);
    }
    IndexScan scan(std::uint64_t compartment) {
        return this->reader_->scan(samples::compartment(compartment)).value();
    }
    void write(std::uint64_t document, std::uint64_t compartment, std::uint64_t version) {
        ASSERT_TRUE(this->commit(samples::write(document, compartment, version)));
    }
    static std::set<Address> written(IndexScan const& scan) {
        std::set<Address> all;
        for (auto const& entry : scan.entries) all.insert(entry.address);
        return all;
    }
    static std::set<Address> removed(IndexScan const& scan) {
        return {scan.removed.begin(), scan.removed.end()};
    }

private:
    std::uint64_t behind_ = 90'000;
};
TYPED_TEST_SUITE_P(StorePageSuite);

TYPED_TEST_P(StorePageSuite, AScanIsOneOfTheTwo) {
    EXPECT_EQ(this->scan(1).sequence, 0U);
    this->write(1, 1, 1);
    this->write(2, 1, 1);
    auto const without = this->scan(1);
    EXPECT_EQ(without.sequence, 2U);
    EXPECT_FALSE(without.page);
    EXPECT_EQ(without.entries.size(), 2U);
    this->keep_now(1, 7);
    auto const with = this->scan(1);
    ASSERT_TRUE(with.page);
    EXPECT_EQ(with.page->sequence, 2U);
    EXPECT_EQ(with.page->compartment, samples::compartment(1));
    EXPECT_EQ(samples::bytes(with.page->page), samples::bytes(samples::sealed(40'000, 7)));
    EXPECT_TRUE(with.entries.empty());
    EXPECT_TRUE(with.removed.empty());
    // The page changes nothing, so what readers keep stands.
    EXPECT_EQ(with.sequence, 2U);
    this->reopen();
    EXPECT_TRUE(this->scan(1).page);
    EXPECT_FALSE(this->scan(2).page);
    EXPECT_TRUE(this->reader_->index_entry(samples::compartment(1), samples::address(1)).value());
}

TYPED_TEST_P(StorePageSuite, EveryChangeStandsBesideThePage) {
    for (std::uint64_t document = 1; document <= 5; ++document) this->write(document, 1, 1);
    this->keep_now(1);
    this->write(1, 1, 2);                                   // written again
    ASSERT_TRUE(this->commit(samples::deletion(2, 1, 2)));  // deleted
    this->write(3, 2, 2);                                   // moved away
    this->write(6, 1, 1);                                   // new
    ASSERT_TRUE(this->commit(samples::deletion(4, 1, 2)));  // deleted and back
    this->write(4, 1, 3);
    this->write(7, 1, 1);  // new and gone
    ASSERT_TRUE(this->commit(samples::deletion(7, 1, 2)));
    auto const scan = this->scan(1);
    ASSERT_TRUE(scan.page);
    EXPECT_EQ(this->written(scan),
              (std::set{samples::address(1), samples::address(4), samples::address(6)}));
    EXPECT_EQ(this->removed(scan),
              (std::set{samples::address(2), samples::address(3), samples::address(7)}));
    for (auto const& entry : scan.entries) {
        auto const current = this->reader_->current(entry.address).value();
        EXPECT_EQ(entry.version, current->version);
    }
    // A new page takes all of it in.
    this->keep_now(1, 2);
    EXPECT_TRUE(this->scan(1).entries.empty());
    EXPECT_TRUE(this->scan(1).removed.empty());
}

TYPED_TEST_P(StorePageSuite, APageInTheMemoryOfAnotherIsItself) {
    this->write(1, 1, 1);
    this->keep_now(1, 1);
    for (std::uint64_t const size : {40'000U, 100U, 90'000U, 3'000'000U, 500U}) {
        auto const compartment = 100 + size;
        this->write(size, compartment, 1);
        this->store_->keep_page({samples::compartment(compartment),
                                 this->sequence(samples::compartment(compartment)),
                                 samples::sealed(size, 5)});
        this->keep_now(1, size);
        auto page = std::move(this->scan(compartment).page);
        ASSERT_TRUE(page);
        EXPECT_EQ(samples::bytes(page->page), samples::bytes(samples::sealed(size, 5))) << size;
        this->reader_->reuse(*std::move(page));
        EXPECT_EQ(samples::bytes(this->scan(1).page->page),
                  samples::bytes(samples::sealed(40'000, size)));
    }
}

TYPED_TEST_P(StorePageSuite, WhoHasThePageReadsWhatStandsBesideItAlone) {
    auto const beside = [&](std::uint64_t page) {
        return this->reader_->scan_beside(samples::compartment(1), page).value();
    };
    EXPECT_FALSE(beside(0));
    this->write(1, 1, 1);
    this->write(2, 1, 1);
    // Without a page nobody can have it.
    EXPECT_FALSE(beside(0));
    EXPECT_FALSE(beside(2));
    this->keep_now(1);
    this->write(1, 1, 2);
    ASSERT_TRUE(this->commit(samples::deletion(2, 1, 2)));
    this->write(3, 1, 1);
    auto const known = beside(2);
    ASSERT_TRUE(known);
    EXPECT_FALSE(known->page);
    EXPECT_EQ(known->sequence, this->scan(1).sequence);
    EXPECT_EQ(this->written(*known), (std::set{samples::address(1), samples::address(3)}));
    EXPECT_EQ(this->removed(*known), (std::set{samples::address(2)}));
    for (auto const other : {0U, 1U, 3U, 5U}) EXPECT_FALSE(beside(other)) << other;
    // Another page took its place, and then none.
    this->keep_now(1, 2);
    EXPECT_FALSE(beside(2));
    ASSERT_TRUE(beside(5));
    EXPECT_TRUE(beside(5)->entries.empty());
    this->erase(samples::compartment(1));
    EXPECT_FALSE(beside(5));
    EXPECT_FALSE(beside(0));
}

TYPED_TEST_P(StorePageSuite, APageThatComesTooLateIsNotKept) {
    this->write(1, 1, 1);
    auto const before = this->sequence(samples::compartment(1));
    this->write(1, 1, 2);
    this->keep(1, before, 1);
    EXPECT_FALSE(this->scan(1).page);
    this->keep(1, before + 7, 1);
    EXPECT_FALSE(this->scan(1).page);
    this->keep_now(1, 2);
    this->write(1, 1, 3);
    this->keep(1, before + 1, 3);
    auto const scan = this->scan(1);
    ASSERT_TRUE(scan.page);
    EXPECT_EQ(samples::bytes(scan.page->page), samples::bytes(samples::sealed(40'000, 2)));
    EXPECT_EQ(scan.entries.size(), 1U);
    // Of a compartment that was never written.
    this->keep(5, 0, 1);
    EXPECT_FALSE(this->scan(5).page);
}

TYPED_TEST_P(StorePageSuite, ARefusedCommitLeavesNoChange) {
    this->write(1, 1, 1);
    this->keep_now(1);
    Batch batch;
    batch.writes.push_back(samples::write(1, 1, 2));
    batch.writes.push_back(samples::write(2, 1, 9));
    EXPECT_FALSE(this->commit(std::move(batch)));
    EXPECT_TRUE(this->scan(1).entries.empty());
}

TYPED_TEST_P(StorePageSuite, ErasureAndExpiryTakeThePageAlong) {
    this->write(1, 1, 1);
    auto brief = samples::write(2, 1, 1);
    brief.expires_at = 10;
    ASSERT_TRUE(this->commit(std::move(brief)));
    this->keep_now(1);
    EXPECT_EQ(this->expire(10), 1U);
    EXPECT_EQ(this->removed(this->scan(1)), (std::set{samples::address(2)}));
    this->erase(samples::compartment(1));
    auto const scan = this->scan(1);
    EXPECT_FALSE(scan.page);
    EXPECT_TRUE(scan.entries.empty());
    EXPECT_TRUE(scan.removed.empty());
    // Nor does it come back with the next document.
    this->write(3, 1, 1);
    EXPECT_FALSE(this->scan(1).page);
    EXPECT_EQ(this->scan(1).entries.size(), 1U);
}

TYPED_TEST_P(StorePageSuite, ReadsSeveralDocumentsAtOnce) {
    this->write(1, 1, 1);
    this->write(2, 1, 1);
    ASSERT_TRUE(this->commit(samples::deletion(2, 1, 2)));
    std::vector const asked{samples::address(2), samples::address(3), samples::address(1)};
    auto const all = this->reader_->get_all(asked).value();
    ASSERT_EQ(all.size(), 3U);
    ASSERT_TRUE(all[0]);
    EXPECT_EQ(all[0]->state, VersionState::deleted);
    EXPECT_FALSE(all[1]);
    ASSERT_TRUE(all[2]);
    EXPECT_EQ(all[2]->version, 1U);
    EXPECT_TRUE(this->reader_->get_all({}).value().empty());
}

REGISTER_TYPED_TEST_SUITE_P(StorePageSuite, AScanIsOneOfTheTwo, EveryChangeStandsBesideThePage,
                            APageInTheMemoryOfAnotherIsItself,
                            WhoHasThePageReadsWhatStandsBesideItAlone,
                            APageThatComesTooLateIsNotKept, ARefusedCommitLeavesNoChange,
                            ErasureAndExpiryTakeThePageAlong, ReadsSeveralDocumentsAtOnce);

}  // namespace salus::store
