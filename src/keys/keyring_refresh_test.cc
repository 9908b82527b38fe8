#include "foundation/limits.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

using KeyringRefreshTest = KeyringTest;

TEST_F(KeyringRefreshTest, AKmsThatMayBlockIsNeverCalledForARequest) {
    service_.blocks = true;
    auto keyring = open();
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, kShardKeys);
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < 200; ++i) compartments.push_back(compartment_of(i));
    ASSERT_TRUE(keyring->prepare(std::span(compartments).first(100)));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
        ASSERT_TRUE(keyring->key_for_reading(compartment, 1));
    }
    ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, kShardKeys);
    // The next start opens what is there, and makes nothing.
    keyring = nullptr;
    keyring = open();
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, 2 * kShardKeys);
    ASSERT_TRUE(keyring->key_for_reading(compartments.back(), 1));
}

TEST_F(KeyringRefreshTest, ARefreshOpensKeysAnewBeforeTheirTimeIsOver) {
    service_.blocks = true;
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const before = service_.unwraps;
    ASSERT_TRUE(keyring->refresh());
    EXPECT_EQ(service_.unwraps, before);  // all fresh
    for (int i = 1; i <= 10; ++i) {
        clock_.advance(limits::kShardKeyCacheTime / 3);
        ASSERT_TRUE(keyring->refresh());
        EXPECT_EQ(service_.unwraps, before + i * kShardKeys);
        keyring->forget_expired();
        ASSERT_TRUE(keyring->key_for_reading(a_, 1));
        ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
    }
}

// Cached keys serve to their absolute end, then nothing does, then everything again.
TEST_F(KeyringRefreshTest, AKmsThatMayBlockMayBeGoneForAWhile) {
    service_.blocks = true;
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    service_.is_gone = true;
    clock_.advance(limits::kShardKeyCacheTime - std::chrono::seconds(1));
    EXPECT_EQ(keyring->refresh().error().code, Errc::unavailable);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_TRUE(keyring->key_for_writing(b_));
    clock_.advance(std::chrono::seconds(1) + limits::kDataKeyCacheTime);
    EXPECT_EQ(keyring->refresh().error().code, Errc::unavailable);
    auto const calls = service_.unwraps;
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::unavailable);
    EXPECT_EQ(keyring->purpose_key(Purpose::cursor).error().code, Errc::unavailable);
    EXPECT_EQ(service_.unwraps, calls);  // nobody waited for it
    service_.is_gone = false;
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);  // until it is refreshed
    ASSERT_TRUE(keyring->refresh());
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    EXPECT_TRUE(keyring->purpose_key(Purpose::cursor));
}

TEST_F(KeyringRefreshTest, ADamagedShardKeyCostsItsOwnShardAlone) {
    service_.blocks = true;
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    keyring = nullptr;
    attack("UPDATE shard_key SET wrapped = zeroblob(136) WHERE shard = 1");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_TRUE(keyring->key_for_reading(b_, 1));
    clock_.advance(limits::kShardKeyCacheTime - std::chrono::seconds(1));
    EXPECT_EQ(keyring->refresh().error().code, Errc::corrupt);
    clock_.advance(limits::kDataKeyCacheTime);
    EXPECT_TRUE(keyring->key_for_reading(b_, 1));
}

TEST_F(KeyringRefreshTest, AKmsThatIsGoneStopsTheStart) {
    service_.blocks = true;
    service_.is_gone = true;
    EXPECT_EQ(try_open().error().code, Errc::unavailable);
    service_.is_gone = false;
    auto const keyring = open();
    EXPECT_TRUE(keyring->key_for_writing(a_));
}

}  // namespace
}  // namespace salus::keys
