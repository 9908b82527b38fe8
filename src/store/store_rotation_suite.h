// What every engine must pass about the rotation of keys, beside store_suite.h: nothing under an
// earlier key is overlooked, and nothing is overwritten that is not what was read.
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreRotationSuite, EmbeddedEngine);
//
// Included by tests only.
#pragma once

#include "store/store_suite.h"

namespace salus::store {

template <class Engine>
class StoreRotationSuite : public StoreSuite<Engine> {
protected:
    static constexpr auto kCompartment = 1;

    // A version sealed under a key, with an index entry under the same one.
    static Write write(std::uint64_t document, std::uint64_t version, std::uint32_t key,
                       std::uint64_t compartment = kCompartment) {
        auto result = samples::write(document, compartment, version);
        auto const mark = document * 1'000 + version;
        result.document = samples::sealed(2'000, mark, key);
        result.index_entry = samples::sealed(300, mark, key);
        return result;
    }
    static crypto::Sealed copy(crypto::Sealed const& sealed) {
        return crypto::Sealed::from_storage(samples::bytes(sealed)).value();
    }
    // All that is listed, `count` at a time.
    std::vector<SealedRecord> all_under(std::uint32_t key, std::size_t count,
                                        std::uint64_t compartment = kCompartment) {
        std::vector<SealedRecord> all;
        std::optional<RecordPlace> after;
        for (int calls = 0; calls < 1'000; ++calls) {
            auto found =
                this->reader_->sealed_under(samples::compartment(compartment), key, after, count)
                    .value();
            for (auto& record : found.records) all.push_back(std::move(record));
            if (!found.next) return all;
            after = found.next;
        }
        ADD_FAILURE() << "the list has no end";
        return all;
    }
    // The same record under key 2.
    static Reseal resealed(SealedRecord const& record) {
        Reseal result{.compartment = samples::compartment(kCompartment),
                      .place = record.place,
                      .document = {},
                      .index_entry = {}};
        auto const mark = record.place.version;
        if (record.document) {
            result.document.emplace(copy(*record.document), samples::sealed(2'000, mark, 2));
        }
        if (record.index_entry) {
            result.index_entry.emplace(copy(*record.index_entry), samples::sealed(300, mark, 2));
        }
        return result;
    }
    static std::vector<Reseal> all_resealed(std::vector<SealedRecord> const& records) {
        std::vector<Reseal> batch;
        for (auto const& record : records) batch.push_back(resealed(record));
        return batch;
    }
    Result<void> reseal(std::vector<Reseal> batch) {
        BlockingExecutor home;
        return home.run(this->store_->reseal(std::move(batch), home));
    }
    Result<void> retoken(std::uint64_t document, std::uint64_t version,
                         std::vector<BlindToken> tokens, std::uint32_t token_version) {
        std::vector<Retoken> batch;
        batch.push_back({.place = {.address = samples::address(document), .version = version},
                         .tokens = std::move(tokens),
                         .token_version = token_version});
        BlockingExecutor home;
        return home.run(this->store_->retoken(std::move(batch), home));
    }
    void retire(std::uint32_t key, std::uint64_t compartment = kCompartment) {
        BlockingExecutor home;
        ASSERT_TRUE(
            home.run(this->store_->retire_keys(samples::compartment(compartment), key, home)));
    }
};
TYPED_TEST_SUITE_P(StoreRotationSuite);

TYPED_TEST_P(StoreRotationSuite, ListsWhatIsUnderEarlierKeysHoweverItIsRead) {
    for (std::uint64_t document = 1; document <= 5; ++document) {
        ASSERT_TRUE(this->commit(this->write(document, 1, 1)));
        ASSERT_TRUE(this->commit(this->write(document, 2, 1)));
    }
    ASSERT_TRUE(this->commit(this->write(6, 1, 1, 2)));     // elsewhere
    ASSERT_TRUE(this->commit(samples::deletion(1, 1, 3)));  // leaves its versions
    ASSERT_TRUE(this->commit(this->write(2, 3, 2)));        // the newest is under key 2
    ASSERT_TRUE(this->commit(this->write(3, 3, 1, 2)));     // moved: its versions stay
    for (std::size_t const count : {1U, 2U, 3U, 7U, 100U}) {
        auto const all = this->all_under(2, count);
        EXPECT_EQ(all.size(), 11U) << count;
        std::size_t entries = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            EXPECT_TRUE(all[i].document);
            entries += all[i].index_entry ? 1U : 0U;
            bool const ascends = i == 0 || all[i - 1].place.address < all[i].place.address ||
                                 (all[i - 1].place.address == all[i].place.address &&
                                  all[i - 1].place.version < all[i].place.version);
            EXPECT_TRUE(ascends) << i;
        }
        EXPECT_EQ(entries, 2U) << count;  // of documents 4 and 5
    }
    EXPECT_TRUE(this->all_under(1, 2).empty());
    EXPECT_EQ(this->all_under(2, 2, 2).size(), 2U);
}

TYPED_TEST_P(StoreRotationSuite, AResealReplacesExactlyWhatWasRead) {
    ASSERT_TRUE(this->commit(this->write(1, 1, 1)));
    ASSERT_TRUE(this->commit(this->write(1, 2, 1)));
    auto const sequence = this->sequence(samples::compartment(1));
    auto const read = this->all_under(2, 10);
    ASSERT_EQ(read.size(), 2U);
    ASSERT_TRUE(this->reseal(this->all_resealed(read)));
    EXPECT_TRUE(this->all_under(2, 10).empty());
    EXPECT_EQ(this->sequence(samples::compartment(1)), sequence);
    for (std::uint64_t const version : {1U, 2U}) {
        EXPECT_TRUE(this->stands(samples::address(1), version,
                                 samples::bytes(samples::sealed(2'000, version, 2))));
    }
    auto const scan = this->reader_->scan(samples::compartment(1)).value();
    ASSERT_EQ(scan.entries.size(), 1U);
    EXPECT_EQ(scan.entries[0].entry.key_version(), 2U);
    // What was read is not there any more.
    EXPECT_EQ(this->reseal(this->all_resealed(read)).error().code, Errc::conflict);
    this->reopen();
    EXPECT_TRUE(this->stands(samples::address(1), 1, samples::bytes(samples::sealed(2'000, 1, 2))));
}

// Whoever keeps what it read of the index has to read it again, and a page that was made before is
// not believed.
TYPED_TEST_P(StoreRotationSuite, AnEntryThatWasMadeAgainIsAChange) {
    ASSERT_TRUE(this->commit(this->write(1, 1, 1)));
    ASSERT_TRUE(this->commit(this->write(2, 1, 1)));
    auto const compartment = samples::compartment(1);
    auto const sequence = this->sequence(compartment);
    this->store_->keep_page({compartment, sequence, samples::sealed(500, 7, 1)});
    ASSERT_TRUE(this->commit(samples::write(9, 9, 1)));  // its turn is over
    ASSERT_TRUE(this->reader_->scan(compartment).value().page);
    auto batch = this->all_resealed(this->all_under(2, 10));
    ASSERT_EQ(batch.size(), 2U);
    batch.pop_back();
    batch[0].document.reset();
    batch[0].contents = EntryContents::made_again;
    ASSERT_TRUE(this->reseal(std::move(batch)));
    EXPECT_GT(this->sequence(compartment), sequence);
    auto const scan = this->reader_->scan(compartment).value();
    EXPECT_TRUE(scan.page);
    ASSERT_EQ(scan.entries.size(), 1U);
    EXPECT_EQ(scan.entries[0].entry.key_version(), 2U);
    EXPECT_TRUE(scan.removed.empty());
    // One that was read before is not kept.
    this->store_->keep_page({compartment, sequence, samples::sealed(500, 8, 1)});
    ASSERT_TRUE(this->commit(samples::write(9, 9, 2)));
    EXPECT_EQ(this->reader_->scan(compartment).value().entries.size(), 1U);
}

TYPED_TEST_P(StoreRotationSuite, AResealHappensWholeOrNotAtAll) {
    ASSERT_TRUE(this->commit(this->write(1, 1, 1)));
    ASSERT_TRUE(this->commit(this->write(2, 1, 1)));
    auto const read = this->all_under(2, 10);
    ASSERT_EQ(read.size(), 2U);
    auto const changed = read[1].place.address == samples::address(1) ? 1U : 2U;
    ASSERT_TRUE(this->commit(this->write(changed, 2, 1)));  // its entry is another one now
    EXPECT_EQ(this->reseal(this->all_resealed(read)).error().code, Errc::conflict);
    EXPECT_EQ(this->all_under(2, 10).size(), 3U);
    this->erase(samples::compartment(1));
    EXPECT_TRUE(this->all_under(2, 10).empty());
    std::vector<Reseal> too_many(limits::kResealedAtOnce + 1);
    EXPECT_EQ(this->reseal(std::move(too_many)).error().code, Errc::too_large);
}

TYPED_TEST_P(StoreRotationSuite, ARetiredKeySealsNothingMore) {
    ASSERT_TRUE(this->commit(this->write(1, 1, 1)));
    auto const prepared = [this] { return this->write(1, 2, 1); };  // by a request from before
    this->retire(2);
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(this->refusal(prepared()), Errc::conflict);
        auto mixed = this->write(1, 2, 2);
        mixed.index_entry = samples::sealed(300, 1, 1);
        EXPECT_EQ(this->refusal(std::move(mixed)), Errc::conflict);
        EXPECT_EQ(this->current_version(samples::address(1)), 1U);
        this->reopen();
    }
    this->retire(1);  // never back
    EXPECT_EQ(this->refusal(prepared()), Errc::conflict);
    EXPECT_FALSE(this->refusal(this->write(1, 2, 2)));
    EXPECT_FALSE(this->refusal(this->write(2, 1, 1, 2)));  // another compartment
    this->erase(samples::compartment(1));
    EXPECT_EQ(this->refusal(this->write(3, 1, 1)), Errc::conflict);
}

TYPED_TEST_P(StoreRotationSuite, APageUnderARetiredKeyGoes) {
    ASSERT_TRUE(this->commit(this->write(1, 1, 1)));
    auto const sequence = this->sequence(samples::compartment(1));
    auto const keep = [&](std::uint32_t key) {
        this->store_->keep_page(
            {samples::compartment(1), sequence, samples::sealed(40'000, 1, key)});
        static std::uint64_t behind = 70'000;
        ASSERT_TRUE(this->commit(samples::write(++behind, 9, 1)));
    };
    keep(1);
    ASSERT_TRUE(this->reader_->scan(samples::compartment(1)).value().page);
    this->retire(2);
    auto const scan = this->reader_->scan(samples::compartment(1)).value();
    EXPECT_FALSE(scan.page);
    EXPECT_EQ(scan.entries.size(), 1U);
    EXPECT_EQ(scan.sequence, sequence);
    keep(1);
    EXPECT_FALSE(this->reader_->scan(samples::compartment(1)).value().page);
    keep(2);
    EXPECT_TRUE(this->reader_->scan(samples::compartment(1)).value().page);
    this->retire(2);
    EXPECT_TRUE(this->reader_->scan(samples::compartment(1)).value().page);
}

TYPED_TEST_P(StoreRotationSuite, TokensAreMadeAnewForWhatIsCurrent) {
    for (std::uint64_t document = 1; document <= 3; ++document) {
        ASSERT_TRUE(this->commit(samples::write(document, 1, 1)));
    }
    auto with_both = samples::write(3, 1, 2);
    with_both.tokens.push_back(samples::token(103));
    with_both.token_version = 2;
    ASSERT_TRUE(this->commit(std::move(with_both)));
    auto without = samples::write(4, 1, 1);
    without.tokens.clear();
    ASSERT_TRUE(this->commit(std::move(without)));
    EXPECT_EQ(this->reader_->tokens_below(2, 10).value().size(), 2U);
    EXPECT_EQ(this->reader_->tokens_below(2, 1).value().size(), 1U);
    EXPECT_TRUE(this->reader_->tokens_below(1, 10).value().empty());
    ASSERT_TRUE(this->retoken(1, 1, {samples::token(101)}, 2));
    EXPECT_TRUE(this->reader_->find(samples::token(1), 10).value().empty());
    EXPECT_EQ(this->reader_->find(samples::token(101), 10).value().size(), 1U);
    // The next version takes them away again.
    ASSERT_TRUE(this->commit(samples::deletion(1, 1, 2)));
    EXPECT_TRUE(this->reader_->find(samples::token(101), 10).value().empty());
    EXPECT_EQ(this->retoken(1, 1, {samples::token(101)}, 2).error().code, Errc::conflict);
    EXPECT_EQ(this->retoken(1, 2, {samples::token(101)}, 2).error().code, Errc::conflict);
    EXPECT_EQ(this->retoken(9, 1, {samples::token(101)}, 2).error().code, Errc::conflict);
    auto const left = this->reader_->tokens_below(2, 10).value();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0], (RecordPlace{samples::address(2), 1}));
}

REGISTER_TYPED_TEST_SUITE_P(StoreRotationSuite, ListsWhatIsUnderEarlierKeysHoweverItIsRead,
                            AResealReplacesExactlyWhatWasRead, AnEntryThatWasMadeAgainIsAChange,
                            AResealHappensWholeOrNotAtAll, ARetiredKeySealsNothingMore,
                            APageUnderARetiredKeyGoes, TokensAreMadeAnewForWhatIsCurrent);

}  // namespace salus::store
