// What every engine of the store contract must pass. An engine's test gives a class whose open()
// opens one and the same store, empty the first time, and instantiates the suite:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreSuite, EmbeddedEngine);
//
// Included by tests only.
#pragma once

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "foundation/blocking.h"
#include "foundation/limits.h"
#include "store/store.h"
#include "store/store_samples.h"

namespace salus::store {

template <class Engine>
class StoreSuite : public ::testing::Test {
protected:
    void SetUp() override { reopen(); }

    void reopen() {
        reader_.reset();
        store_.reset();
        auto opened = engine_.open();
        ASSERT_TRUE(opened) << opened.error().why.text();
        store_ = *std::move(opened);
        auto reader = store_->open_reader();
        ASSERT_TRUE(reader) << reader.error().why.text();
        reader_ = *std::move(reader);
    }

    Result<void> commit(Batch batch) {
        BlockingExecutor home;
        return home.run(store_->commit(std::move(batch), home));
    }
    Result<void> commit(Write write) { return commit(samples::batch(std::move(write))); }
    // Ok, or the code of the refusal.
    std::optional<Errc> refusal(Write write) {
        auto const done = commit(std::move(write));
        return done ? std::nullopt : std::optional(done.error().code);
    }
    void erase(CompartmentId const& compartment) {
        BlockingExecutor home;
        ASSERT_TRUE(home.run(store_->erase(compartment, home)));
    }
    std::uint64_t expire(std::int64_t now) {
        BlockingExecutor home;
        return home.run(store_->expire(now, home)).value();
    }
    std::uint64_t current_version(Address const& address) {
        auto const current = reader_->current(address).value();
        return current ? current->version : 0;
    }
    bool stands(Address const& address, std::uint64_t version, Bytes const& expected) {
        auto const found = reader_->get_version(address, version).value();
        return found && found->version == version && found->address == address &&
               std::ranges::equal(found->document.bytes(), expected);
    }
    std::size_t entries(CompartmentId const& compartment) {
        return reader_->scan(compartment).value().entries.size();
    }
    std::size_t matches(BlindToken const& token) { return reader_->find(token, 10).value().size(); }
    std::uint64_t sequence(CompartmentId const& compartment) {
        return reader_->compartment_sequence(compartment).value();
    }

    Engine engine_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Reader> reader_;
};
TYPED_TEST_SUITE_P(StoreSuite);

TYPED_TEST_P(StoreSuite, AnEmptyStoreHasNothing) {
    auto const address = samples::address(1);
    EXPECT_FALSE(this->reader_->current(address).value());
    EXPECT_FALSE(this->reader_->get(address).value());
    EXPECT_FALSE(this->reader_->get_version(address, 1).value());
    EXPECT_TRUE(this->reader_->history(address, 0, 10).value().empty());
    EXPECT_EQ(this->entries(samples::compartment(1)), 0U);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 0U);
    EXPECT_EQ(this->matches(samples::token(1)), 0U);
    EXPECT_EQ(this->expire(1'000'000), 0U);
    this->erase(samples::compartment(1));
    EXPECT_EQ(this->store_->statistics().value().versions, 0U);
}

TYPED_TEST_P(StoreSuite, ReadsWhatWasWritten) {
    auto write = samples::write(1, 1, 1);
    auto const document = samples::bytes(write.document);
    auto const entry = samples::bytes(*write.index_entry);
    ASSERT_TRUE(this->commit(std::move(write)));
    auto const found = this->reader_->get(samples::address(1)).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->version, 1U);
    EXPECT_EQ(found->state, VersionState::live);
    EXPECT_EQ(found->compartment, samples::compartment(1));
    EXPECT_EQ(samples::bytes(found->document), document);
    auto const indexed =
        this->reader_->index_entry(samples::compartment(1), samples::address(1)).value();
    ASSERT_TRUE(indexed);
    EXPECT_EQ(indexed->version, 1U);
    EXPECT_EQ(samples::bytes(indexed->entry), entry);
    EXPECT_FALSE(this->reader_->index_entry(samples::compartment(2), samples::address(1)).value());
    EXPECT_EQ(this->reader_->find(samples::token(1), 10).value(), std::vector{samples::address(1)});
    EXPECT_TRUE(this->reader_->find(samples::token(1), 0).value().empty());
}

TYPED_TEST_P(StoreSuite, RefusesEveryOtherVersionThanTheNext) {
    EXPECT_EQ(this->refusal(samples::write(1, 1, 0)), Errc::invalid);
    EXPECT_EQ(this->refusal(samples::write(1, 1, 2)), Errc::conflict);
    EXPECT_EQ(this->refusal(samples::write(1, 1, ~0ULL)), Errc::conflict);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 0U);
    ASSERT_TRUE(this->commit(samples::write(1, 1, 1)));
    EXPECT_EQ(this->refusal(samples::write(1, 1, 1)), Errc::conflict);
    EXPECT_EQ(this->refusal(samples::write(1, 2, 1)), Errc::conflict);
    EXPECT_EQ(this->refusal(samples::write(1, 1, 3)), Errc::conflict);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 1U);
    EXPECT_EQ(this->sequence(samples::compartment(2)), 0U);
    ASSERT_TRUE(this->commit(samples::write(1, 1, 2)));
    EXPECT_EQ(this->current_version(samples::address(1)), 2U);
}

TYPED_TEST_P(StoreSuite, ABatchHappensWholeOrNotAtAll) {
    ASSERT_TRUE(this->commit(samples::write(3, 1, 1)));
    Batch batch;
    batch.writes.push_back(samples::write(1, 1, 1));
    batch.writes.push_back(samples::write(2, 2, 1));
    batch.writes.push_back(samples::write(3, 1, 1));  // stands already
    EXPECT_EQ(this->commit(std::move(batch)).error().code, Errc::conflict);
    EXPECT_EQ(this->current_version(samples::address(1)), 0U);
    EXPECT_EQ(this->current_version(samples::address(2)), 0U);
    EXPECT_EQ(this->matches(samples::token(1)), 0U);
    EXPECT_EQ(this->entries(samples::compartment(2)), 0U);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 1U);
    EXPECT_EQ(this->sequence(samples::compartment(2)), 0U);
    EXPECT_EQ(this->store_->statistics().value().versions, 1U);
}

TYPED_TEST_P(StoreSuite, ABatchMayWriteTwoVersionsAndGrowsASequenceOnce) {
    Batch batch;
    batch.writes.push_back(samples::write(1, 1, 1));
    batch.writes.push_back(samples::write(1, 1, 2));
    batch.writes.push_back(samples::write(2, 1, 1));
    ASSERT_TRUE(this->commit(std::move(batch)));
    EXPECT_EQ(this->current_version(samples::address(1)), 2U);
    EXPECT_EQ(this->entries(samples::compartment(1)), 2U);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 1U);
    EXPECT_TRUE(this->commit(Batch{}));
}

namespace suite_detail {

inline Task<void> commit_into(Store& store, Executor& home, Write write, Result<void>& result,
                              std::size_t& left) {
    auto batch = samples::batch(std::move(write));
    result = co_await store.commit(std::move(batch), home);
    --left;
}

class Turn final : public Executor {
public:
    void resume_later(std::coroutine_handle<> coroutine) noexcept override {
        blocking_.resume_later(coroutine);
    }
    // Runs what comes home until nothing is left.
    void run(std::size_t const& left) {
        while (left > 0) blocking_.run(one_step());
    }

private:
    struct Yield {
        Executor& home;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting) const { home.resume_later(waiting); }
        void await_resume() const noexcept {}
    };
    Task<bool> one_step() {
        Yield yield{blocking_};
        co_await yield;
        co_return true;
    }
    BlockingExecutor blocking_;
};

}  // namespace suite_detail

TYPED_TEST_P(StoreSuite, AConflictDoesNotTouchItsNeighbours) {
    constexpr std::size_t kCommits = 200;
    suite_detail::Turn home;
    std::vector<Result<void>> results(kCommits);
    std::size_t left = kCommits;
    // All are queued before the first can be answered here; every second one repeats an address.
    for (std::size_t i = 0; i < kCommits; ++i) {
        detach(suite_detail::commit_into(*this->store_, home, samples::write(i / 2, 1, 1),
                                         results[i], left));
    }
    home.run(left);
    for (std::size_t i = 0; i < kCommits; i += 2) {
        EXPECT_TRUE(results[i]);
        ASSERT_FALSE(results[i + 1]);
        EXPECT_EQ(results[i + 1].error().code, Errc::conflict);
    }
    EXPECT_EQ(this->entries(samples::compartment(1)), kCommits / 2);
    EXPECT_EQ(this->sequence(samples::compartment(1)), kCommits / 2);
}

TYPED_TEST_P(StoreSuite, ADeletionTakesEntryAndTokensAndLeavesHistory) {
    auto first = samples::write(1, 1, 1);
    auto const document = samples::bytes(first.document);
    ASSERT_TRUE(this->commit(std::move(first)));
    ASSERT_TRUE(this->commit(samples::deletion(1, 1, 2)));
    EXPECT_EQ(this->reader_->current(samples::address(1)).value()->state, VersionState::deleted);
    EXPECT_EQ(this->reader_->get(samples::address(1)).value()->state, VersionState::deleted);
    EXPECT_EQ(this->entries(samples::compartment(1)), 0U);
    EXPECT_EQ(this->matches(samples::token(1)), 0U);
    EXPECT_TRUE(this->stands(samples::address(1), 1, document));
    EXPECT_EQ(this->sequence(samples::compartment(1)), 2U);
    EXPECT_EQ(this->store_->statistics().value().documents, 0U);
    ASSERT_TRUE(this->commit(samples::write(1, 1, 3)));
    EXPECT_EQ(this->entries(samples::compartment(1)), 1U);
    EXPECT_EQ(this->matches(samples::token(1)), 1U);
    auto with_tokens = samples::deletion(1, 1, 4);
    with_tokens.tokens.push_back(samples::token(1));
    EXPECT_EQ(this->refusal(std::move(with_tokens)), Errc::invalid);
    auto with_entry = samples::deletion(1, 1, 4);
    with_entry.index_entry = samples::sealed(100);
    EXPECT_EQ(this->refusal(std::move(with_entry)), Errc::invalid);
}

TYPED_TEST_P(StoreSuite, PagesThroughHistoryNewestFirst) {
    constexpr std::uint64_t kVersions = 25;
    for (std::uint64_t v = 1; v <= kVersions; ++v) {
        ASSERT_TRUE(this->commit(samples::write(1, 1, v)));
    }
    ASSERT_TRUE(this->commit(samples::write(2, 1, 1)));
    std::uint64_t expected = kVersions;
    std::uint64_t before = 0;
    while (true) {
        auto const page = this->reader_->history(samples::address(1), before, 10).value();
        if (page.empty()) break;
        ASSERT_LE(page.size(), 10U);
        for (auto const& version : page) EXPECT_EQ(version.version, expected--);
        before = page.back().version;
    }
    EXPECT_EQ(expected, 0U);
    EXPECT_TRUE(this->reader_->history(samples::address(1), 1, 10).value().empty());
    EXPECT_EQ(this->reader_->history(samples::address(1), ~0ULL, 100).value().size(), kVersions);
    EXPECT_FALSE(this->reader_->get_version(samples::address(1), kVersions + 1).value());
    EXPECT_FALSE(this->reader_->get_version(samples::address(1), ~0ULL).value());
}

TYPED_TEST_P(StoreSuite, PagesThroughAllThatWasCommittedTheLastFirst) {
    for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(this->commit(samples::write(n, n, 1)));
    ASSERT_TRUE(this->commit(samples::deletion(2, 2, 2)));
    ASSERT_TRUE(this->commit(samples::write(1, 3, 2)));
    auto const first = this->reader_->committed(0, 2).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].address, samples::address(1));
    EXPECT_EQ(first[0].compartment, samples::compartment(3));
    EXPECT_EQ(first[0].version, 2U);
    EXPECT_EQ(first[1].address, samples::address(2));
    EXPECT_EQ(first[1].state, VersionState::deleted);
    auto const rest = this->reader_->committed(first[1].sequence, 100).value();
    ASSERT_EQ(rest.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rest[i].address, samples::address(3 - i));
    EXPECT_TRUE(this->reader_->committed(rest.back().sequence, 100).value().empty());
    EXPECT_EQ(this->reader_->committed(~0ULL, 100).value().size(), 5U);
    BlockingExecutor home;
    ASSERT_TRUE(home.run(this->store_->erase(samples::compartment(3), home)));
    EXPECT_EQ(this->reader_->committed(0, 100).value().size(), 3U);
}

TYPED_TEST_P(StoreSuite, AMoveLeavesTheOldCompartment) {
    ASSERT_TRUE(this->commit(samples::write(1, 1, 1)));
    ASSERT_TRUE(this->commit(samples::write(1, 2, 2)));
    EXPECT_EQ(this->entries(samples::compartment(1)), 0U);
    EXPECT_EQ(this->entries(samples::compartment(2)), 1U);
    EXPECT_EQ(this->sequence(samples::compartment(1)), 2U);
    EXPECT_EQ(this->sequence(samples::compartment(2)), 1U);
    auto const versions = this->reader_->history(samples::address(1), 0, 10).value();
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(versions[0].compartment, samples::compartment(2));
    EXPECT_EQ(versions[1].compartment, samples::compartment(1));
    EXPECT_EQ(this->matches(samples::token(1)), 1U);
}

TYPED_TEST_P(StoreSuite, TokensAreThoseOfTheCurrentVersion) {
    auto first = samples::write(1, 1, 1);
    first.tokens = {samples::token(7), samples::token(8), samples::token(8)};
    ASSERT_TRUE(this->commit(std::move(first)));
    EXPECT_EQ(this->matches(samples::token(7)), 1U);
    EXPECT_EQ(this->matches(samples::token(8)), 1U);
    auto second = samples::write(1, 1, 2);
    second.tokens = {samples::token(8), samples::token(9)};
    ASSERT_TRUE(this->commit(std::move(second)));
    EXPECT_EQ(this->matches(samples::token(7)), 0U);
    EXPECT_EQ(this->matches(samples::token(8)), 1U);
    EXPECT_EQ(this->matches(samples::token(9)), 1U);
    auto other = samples::write(2, 2, 1);
    other.tokens = {samples::token(9)};
    ASSERT_TRUE(this->commit(std::move(other)));
    EXPECT_EQ(this->matches(samples::token(9)), 2U);
    EXPECT_EQ(this->reader_->find(samples::token(9), 1).value().size(), 1U);
    ASSERT_TRUE(this->commit(samples::deletion(1, 1, 3)));
    EXPECT_EQ(this->reader_->find(samples::token(9), 9).value(), std::vector{samples::address(2)});
}

TYPED_TEST_P(StoreSuite, ExpiryRemovesEveryTraceAndNothingElse) {
    constexpr std::uint64_t kShort = 1'200;  // more than one transaction removes
    Batch batch;
    for (std::uint64_t i = 0; i < kShort; ++i) {
        batch.writes.push_back(samples::write(i, 1, 1));
        batch.writes.back().expires_at = 100;
    }
    batch.writes.push_back(samples::write(5'000, 1, 1));
    batch.writes.push_back(samples::write(5'001, 1, 1));
    batch.writes.back().expires_at = 101;
    ASSERT_TRUE(this->commit(std::move(batch)));
    // A later version decides: this one lives longer, that one for ever.
    auto longer = samples::write(0, 2, 2);
    longer.expires_at = 200;
    ASSERT_TRUE(this->commit(std::move(longer)));
    ASSERT_TRUE(this->commit(samples::write(1, 1, 2)));
    EXPECT_EQ(this->expire(99), 0U);
    EXPECT_EQ(this->expire(100), kShort - 2);
    EXPECT_EQ(this->expire(100), 0U);
    EXPECT_EQ(this->current_version(samples::address(0)), 2U);
    EXPECT_EQ(this->current_version(samples::address(1)), 2U);
    EXPECT_EQ(this->current_version(samples::address(2)), 0U);
    EXPECT_EQ(this->matches(samples::token(2)), 0U);
    EXPECT_EQ(this->entries(samples::compartment(1)), 3U);
    EXPECT_GT(this->sequence(samples::compartment(1)), 3U);
    auto const moved = this->sequence(samples::compartment(1));
    EXPECT_EQ(this->expire(200), 2U);
    // The history that stood elsewhere went too.
    EXPECT_FALSE(this->reader_->get_version(samples::address(0), 1).value());
    EXPECT_GT(this->sequence(samples::compartment(1)), moved);
    EXPECT_EQ(this->store_->statistics().value().versions, 3U);
    EXPECT_TRUE(this->commit(samples::write(2, 1, 1)));
}

TYPED_TEST_P(StoreSuite, ErasureRemovesACompartmentAndNoOther) {
    Batch batch;
    for (std::uint64_t i = 0; i < 1'200; ++i) batch.writes.push_back(samples::write(i, 1, 1));
    batch.writes.push_back(samples::write(2'000, 2, 1));
    batch.writes.push_back(samples::write(2'001, 2, 1));
    ASSERT_TRUE(this->commit(std::move(batch)));
    ASSERT_TRUE(this->commit(samples::deletion(0, 1, 2)));
    ASSERT_TRUE(this->commit(samples::write(1, 2, 2)));      // out of it
    ASSERT_TRUE(this->commit(samples::write(2'001, 1, 2)));  // into it
    auto const before = this->sequence(samples::compartment(1));
    this->erase(samples::compartment(1));
    EXPECT_EQ(this->entries(samples::compartment(1)), 0U);
    EXPECT_GT(this->sequence(samples::compartment(1)), before);
    EXPECT_FALSE(this->reader_->get_version(samples::address(0), 1).value());
    EXPECT_EQ(this->current_version(samples::address(0)), 0U);
    EXPECT_EQ(this->matches(samples::token(5)), 0U);
    // Moved out: the current version stays, the one that stood here is gone.
    EXPECT_EQ(this->current_version(samples::address(1)), 2U);
    EXPECT_FALSE(this->reader_->get_version(samples::address(1), 1).value());
    EXPECT_EQ(this->matches(samples::token(1)), 1U);
    // Moved in: gone, and the older version elsewhere does not come back as the current one.
    EXPECT_EQ(this->current_version(samples::address(2'001)), 0U);
    EXPECT_FALSE(this->reader_->get(samples::address(2'001)).value());
    EXPECT_TRUE(this->reader_->get_version(samples::address(2'001), 1).value());
    EXPECT_EQ(this->reader_->history(samples::address(2'001), 0, 9).value().size(), 1U);
    EXPECT_EQ(this->matches(samples::token(2'001)), 0U);
    EXPECT_EQ(this->refusal(samples::write(2'001, 2, 1)), Errc::conflict);
    EXPECT_EQ(this->refusal(samples::write(2'001, 2, 2)), Errc::conflict);
    EXPECT_EQ(this->refusal(samples::write(2'001, 2, 3)), Errc::conflict);
    EXPECT_EQ(this->entries(samples::compartment(2)), 2U);
    this->erase(samples::compartment(2));
    EXPECT_EQ(this->store_->statistics().value().versions, 0U);
    EXPECT_TRUE(this->commit(samples::write(2'001, 2, 1)));
}

TYPED_TEST_P(StoreSuite, StandsAfterReopening) {
    auto write = samples::write(1, 1, 1);
    auto const document = samples::bytes(write.document);
    ASSERT_TRUE(this->commit(std::move(write)));
    for (int round = 0; round < 3; ++round) {
        this->reopen();
        EXPECT_TRUE(this->stands(samples::address(1), 1, document));
        EXPECT_EQ(this->matches(samples::token(1)), 1U);
        EXPECT_EQ(this->sequence(samples::compartment(1)), 1U);
    }
    EXPECT_TRUE(this->commit(samples::write(1, 1, 2)));
}

TYPED_TEST_P(StoreSuite, KeepsLargeDocuments) {
    auto write = samples::write(1, 1, 1);
    write.document = samples::sealed(limits::kResourceBytes);
    write.index_entry = samples::sealed(limits::kIndexEntryBytes);
    auto const document = samples::bytes(write.document);
    ASSERT_TRUE(this->commit(std::move(write)));
    EXPECT_TRUE(this->stands(samples::address(1), 1, document));
    EXPECT_EQ(this->entries(samples::compartment(1)), 1U);
    auto crowded = samples::write(2, 1, 1);
    crowded.tokens.resize(limits::kTokensOfDocument + 1);
    EXPECT_EQ(this->refusal(std::move(crowded)), Errc::too_large);
}

// Each thread reads, through its own reader, what it has just been told is committed; and all race
// for one document, where every version has one winner.
TYPED_TEST_P(StoreSuite, EightWritersReadTheirOwnWrites) {
    constexpr std::uint64_t kThreads = 8;
    constexpr std::uint64_t kRounds = 40;
    std::atomic<std::uint64_t> wins = 0;
    std::atomic<std::uint64_t> faults = 0;
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([this, t, &wins, &faults] {
            auto const reader = this->store_->open_reader().value();
            for (std::uint64_t round = 0; round < kRounds; ++round) {
                auto const own = 1'000 + t * kRounds + round;
                bool const written = this->commit(samples::write(own, t, 1)).has_value();
                auto const found = reader->get(samples::address(own));
                if (!written || !found || !*found) ++faults;
                auto const shared = reader->current(samples::address(0)).value();
                auto const next = shared ? shared->version + 1 : 1;
                auto const race = this->commit(samples::write(0, 1, next));
                if (race) ++wins;
                if (!race && race.error().code != Errc::conflict) ++faults;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(faults, 0U);
    EXPECT_GE(wins, kRounds);
    EXPECT_EQ(this->current_version(samples::address(0)), wins);
    auto const history = this->reader_->history(samples::address(0), 0, kThreads * kRounds);
    EXPECT_EQ(history.value().size(), wins);
}

// However many calls, and whichever.
TYPED_TEST_P(StoreSuite, AViewIsOfOneMoment) {
    ASSERT_TRUE(this->commit(samples::write(1, 1, 1)));
    {
        auto const view = ReadView::of(*this->reader_);
        ASSERT_TRUE(view);
        EXPECT_EQ(this->current_version(samples::address(1)), 1U);
        ASSERT_TRUE(this->commit(samples::write(1, 1, 2)));
        ASSERT_TRUE(this->commit(samples::write(2, 1, 1)));
        EXPECT_EQ(this->current_version(samples::address(1)), 1U);
        std::vector const addresses{samples::address(1), samples::address(2)};
        auto const all = this->reader_->get_all(addresses).value();
        EXPECT_TRUE(all[0] && all[0]->version == 1U);
        EXPECT_FALSE(all[1]);
        EXPECT_FALSE(this->reader_->get_version(samples::address(1), 2).value());
        EXPECT_EQ(this->entries(samples::compartment(1)), 1U);
        EXPECT_EQ(this->sequence(samples::compartment(1)), 1U);
        EXPECT_EQ(this->reader_->committed(0, 10).value().size(), 1U);
        EXPECT_FALSE(ReadView::of(*this->reader_));
    }
    EXPECT_EQ(this->current_version(samples::address(1)), 2U);
    EXPECT_EQ(this->entries(samples::compartment(1)), 2U);
    EXPECT_TRUE(ReadView::of(*this->reader_));
}

REGISTER_TYPED_TEST_SUITE_P(
    StoreSuite, AnEmptyStoreHasNothing, ReadsWhatWasWritten, RefusesEveryOtherVersionThanTheNext,
    ABatchHappensWholeOrNotAtAll, ABatchMayWriteTwoVersionsAndGrowsASequenceOnce,
    AConflictDoesNotTouchItsNeighbours, ADeletionTakesEntryAndTokensAndLeavesHistory,
    PagesThroughHistoryNewestFirst, PagesThroughAllThatWasCommittedTheLastFirst,
    AMoveLeavesTheOldCompartment, TokensAreThoseOfTheCurrentVersion,
    ExpiryRemovesEveryTraceAndNothingElse, ErasureRemovesACompartmentAndNoOther,
    StandsAfterReopening, KeepsLargeDocuments, AViewIsOfOneMoment, EightWritersReadTheirOwnWrites);

}  // namespace salus::store
