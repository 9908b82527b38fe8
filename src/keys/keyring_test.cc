#include <thread>

#include "foundation/limits.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

TEST_F(KeyringTest, AKeyLastsOverRestarts) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    EXPECT_EQ(made.version, 1U);
    EXPECT_EQ(made.key.size(), 32U);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    auto const again = keyring->key_for_writing(a_).value();
    EXPECT_TRUE(again.key == made.key && again.version == 1);
    EXPECT_EQ(keyring->statistics().data_keys, 1U);
}

TEST_F(KeyringTest, KeysOfCompartmentsPurposesAndTenantsDiffer) {
    auto keyring = open();
    std::vector<SecretBytes> keys;
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        keys.push_back(std::move(keyring->key_for_writing(compartment).value().key));
    }
    for (auto const purpose : {Purpose::address, Purpose::blind_index, Purpose::audit_detail,
                               Purpose::cursor, Purpose::token_signing}) {
        keys.push_back(keyring->purpose_key(purpose).value());
        EXPECT_TRUE(keys.back() == keyring->purpose_key(purpose).value());
    }
    auto const other = Keyring::open(directory_.path() / "hospital", TenantName("hospital"), kRealm,
                                     service_, random_, clock_)
                           .value();
    keys.push_back(std::move(other->key_for_writing(a_).value().key));
    keys.push_back(other->purpose_key(Purpose::address).value());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(keys[i] == keys[j]) << i << " " << j;
    }
}

TEST_F(KeyringTest, UnknownKeysAreNotFound) {
    auto const keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::not_found);
    ASSERT_TRUE(keyring->key_for_writing(a_));
    EXPECT_EQ(reading(*keyring, a_, 0), Errc::not_found);
    EXPECT_EQ(reading(*keyring, a_, 2), Errc::not_found);
    EXPECT_EQ(reading(*keyring, a_, 0xFFFFFFFF), Errc::not_found);
    EXPECT_EQ(reading(*keyring, b_), Errc::not_found);
}

TEST_F(KeyringTest, PreparedKeysAreDurableAndKeepWhatIsThere) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < 500; ++i) compartments.push_back(compartment_of(i));
    compartments.push_back(compartments.back());  // named twice
    ASSERT_TRUE(keyring->prepare(compartments));
    EXPECT_EQ(keyring->statistics().data_keys, 500U);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    keyring = nullptr;
    keyring = open();
    EXPECT_EQ(keyring->statistics().data_keys, 500U);
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_reading(compartment, 1));
    }
    std::vector<CompartmentId> const too_many(limits::kKeyPreparation + 1, a_);
    EXPECT_EQ(keyring->prepare(too_many).error().code, Errc::too_large);
}

TEST_F(KeyringTest, NoKeyIsMadeWithoutTheKms) {
    auto const keyring = open();
    service_.is_gone = true;
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    std::vector<CompartmentId> const both{a_, b_};
    EXPECT_EQ(keyring->prepare(both).error().code, Errc::unavailable);
    service_.is_gone = false;
    EXPECT_EQ(reading(*keyring, a_), Errc::not_found);
    EXPECT_EQ(keyring->statistics().data_keys, 0U);
    EXPECT_TRUE(keyring->key_for_writing(a_));
}

TEST_F(KeyringTest, TheKmsIsCalledOncePerShardAndPeriod) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    auto const before = service_.unwraps;
    clock_.advance(limits::kDataKeyCacheTime + std::chrono::seconds(1));
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    ASSERT_TRUE(keyring->key_for_reading(same_shard_as_a_, 1));
    EXPECT_EQ(service_.unwraps, before);
    clock_.advance(limits::kShardKeyCacheTime);
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    ASSERT_TRUE(keyring->key_for_reading(same_shard_as_a_, 1));
    EXPECT_EQ(service_.unwraps, before + 1);
}

// Absolute, not sliding: use does not prolong a key's time in the cache.
TEST_F(KeyringTest, TheCacheTimeIsAbsolute) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const statistics = keyring->statistics();
    for (int i = 0; i < 299; ++i) {
        clock_.advance(std::chrono::seconds(1));
        ASSERT_TRUE(keyring->key_for_reading(a_, 1));
        ASSERT_TRUE(keyring->key_for_writing(a_));
    }
    EXPECT_EQ(keyring->statistics().cache_misses, statistics.cache_misses);
    EXPECT_EQ(keyring->statistics().cache_hits, statistics.cache_hits + 2 * 299);
    clock_.advance(std::chrono::seconds(1));
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_EQ(keyring->statistics().cache_misses, statistics.cache_misses + 1);
    // Setting the wall clock back does not keep keys alive.
    clock_.advance(limits::kDataKeyCacheTime);
    clock_.step_wall(-std::chrono::hours(24));
    keyring->forget_expired();
    EXPECT_EQ(keyring->statistics().cached, 0U);
}

TEST_F(KeyringTest, AKmsThatIsGoneStopsTheKeysInBoundedTime) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    service_.is_gone = true;
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    clock_.advance(limits::kShardKeyCacheTime);
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    EXPECT_FALSE(keyring->purpose_key(Purpose::cursor));
}

TEST_F(KeyringTest, TheCacheIsBounded) {
    auto const keyring = open();
    std::vector<CompartmentId> compartments;
    // All in one part of the cache: its share is a sixteenth of the whole.
    for (std::uint64_t i = 0; i < 8'000; ++i) compartments.push_back(compartment_of(i * 16));
    ASSERT_TRUE(keyring->prepare(compartments));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    EXPECT_EQ(keyring->statistics().cached, limits::kDataKeyCacheEntries / 16);
    EXPECT_TRUE(keyring->key_for_writing(compartments.front()));
}

// KEY-5: a key that is forgotten is nowhere in the process.
TEST_F(KeyringTest, AForgottenKeyIsNowhereInMemory) {
    auto const keyring = open();
    std::optional<MemorySearch> search;
    {
        auto const made = keyring->key_for_writing(a_).value();
        auto const read = keyring->key_for_reading(a_, 1).value();
        search.emplace(made.key.reveal());
    }
    EXPECT_EQ(search->count(), 1U);  // in the cache, and the search works
    clock_.advance(limits::kDataKeyCacheTime);
    keyring->forget_expired();
    EXPECT_EQ(search->count(), 0U);
    // Unwrapped again, as after a miss, and forgotten again.
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_EQ(search->count(), 1U);
    clock_.advance(limits::kDataKeyCacheTime);
    keyring->forget_expired();
    EXPECT_EQ(search->count(), 0U);
}

TEST_F(KeyringTest, AnEvictedKeyAndAClosedKeyringLeaveNothing) {
    auto keyring = open();
    auto const search_of = [&keyring](CompartmentId const& compartment) {
        auto const made = keyring->key_for_writing(compartment).value();
        return MemorySearch(made.key.reveal());
    };
    auto const evicted = search_of(compartment_of(0));
    EXPECT_EQ(evicted.count(), 1U);
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 1; i < 6'300; ++i) compartments.push_back(compartment_of(i * 16));
    ASSERT_TRUE(keyring->prepare(compartments));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    EXPECT_EQ(evicted.count(), 0U);
    auto const cached = search_of(compartment_of(1));
    auto const purpose = [&keyring] {
        auto const key = keyring->purpose_key(Purpose::blind_index).value();
        return MemorySearch(key.reveal());
    }();
    EXPECT_EQ(cached.count(), 1U);
    EXPECT_EQ(purpose.count(), 1U);
    keyring = nullptr;
    EXPECT_EQ(cached.count(), 0U);
    EXPECT_EQ(purpose.count(), 0U);
}

TEST_F(KeyringTest, ThreadsAgreeOnTheKeyOfANewCompartment) {
    auto const keyring = open();
    constexpr std::uint64_t kCompartments = 100;
    std::array<std::vector<SecretBytes>, 4> seen;
    {
        std::vector<std::jthread> threads;
        for (auto& mine : seen) {
            threads.emplace_back([&keyring, &mine] {
                for (std::uint64_t i = 0; i < kCompartments; ++i) {
                    auto made = keyring->key_for_writing(compartment_of(i)).value();
                    ASSERT_TRUE(keyring->key_for_reading(compartment_of(i), 1).value() == made.key);
                    ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
                    if (i % 16 == 0) keyring->forget_expired();
                    mine.push_back(std::move(made.key));
                }
            });
        }
    }
    for (std::size_t i = 0; i < kCompartments; ++i) {
        for (auto const& other : seen) EXPECT_TRUE(other.at(i) == seen[0][i]) << i;
    }
    EXPECT_EQ(keyring->statistics().data_keys, kCompartments);
}

}  // namespace
}  // namespace salus::keys
