// Data keys that are kept for older backups of the data (ENC-4, ENC-5; NIST SP 800-57 part 1,
// section 7.4, the deactivated state).
#include <set>

#include "foundation/limits.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

using namespace std::chrono_literals;

class KeyRetirementTest : public KeyringTest {
protected:
    // A compartment's first key, superseded and retired.
    SecretBytes retire_first(Keyring& keyring, CompartmentId const& compartment) {
        auto first = keyring.key_for_writing(compartment).value();
        EXPECT_TRUE(keyring.rotation().begin_data_key(compartment));
        EXPECT_TRUE(keyring.key_for_reading(compartment, 1));
        EXPECT_TRUE(keyring.rotation().retire_data_key(compartment, 1));
        return std::move(first.key);
    }
    std::vector<DataKeyVersion> retired(Keyring& keyring) {
        return keyring.rotation().retired_data_keys(clock_.now() + 1s, {}, 100).value();
    }
};

TEST_F(KeyRetirementTest, ARetiredKeyOpensNothingUntilItIsReadmitted) {
    auto keyring = open();
    auto const first = retire_first(*keyring, a_);
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(reading(*keyring, a_, 1), Errc::gone);
        EXPECT_EQ(keyring->key_for_writing(a_).value().version, 2U);
        keyring = nullptr;
        keyring = open();
    }
    ASSERT_TRUE(keyring->rotation().readmit_data_key(a_, 1));
    ASSERT_TRUE(keyring->rotation().readmit_data_key(a_, 1));
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == first);
    EXPECT_EQ(keyring->key_for_writing(a_).value().version, 2U);
    EXPECT_TRUE(retired(*keyring).empty());
    ASSERT_TRUE(keyring->rotation().retire_data_key(a_, 1));
    EXPECT_EQ(reading(*keyring, a_, 1), Errc::gone);
}

TEST_F(KeyRetirementTest, OnlyWhatNoLongerSealsIsRetired) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.retire_data_key(a_, 1).error().code, Errc::conflict);
    EXPECT_EQ(rotation.readmit_data_key(a_, 1).error().code, Errc::conflict);
    EXPECT_EQ(rotation.retire_data_key(a_, 2).error().code, Errc::not_found);
    ASSERT_TRUE(rotation.begin_data_key(a_));
    ASSERT_TRUE(rotation.destroy_data_key(a_, 1));
    EXPECT_EQ(rotation.retire_data_key(a_, 1).error().code, Errc::gone);
    EXPECT_EQ(rotation.readmit_data_key(a_, 1).error().code, Errc::gone);
}

// The state is bound into the wrapped key: a row that is edited does not open.
TEST_F(KeyRetirementTest, WhoWritesTheFileRevivesNoRetiredKey) {
    auto keyring = open();
    retire_first(*keyring, a_);
    keyring = nullptr;
    attack("UPDATE data_key SET state = 2 WHERE version = 1");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_, 1), Errc::corrupt);
}

TEST_F(KeyRetirementTest, TheyMoveUnderNewShardKeysAndKeks) {
    auto keyring = open();
    auto const first = retire_first(*keyring, a_);
    auto& rotation = keyring->rotation();
    ASSERT_TRUE(rotation.begin_shard_epoch(1));
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value().size(), 1U);
    ASSERT_TRUE(rotation.begin_kek_epoch());
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_keks().value().size(), 1U);
    keyring = nullptr;
    keyring = open();
    ASSERT_TRUE(keyring->rotation().readmit_data_key(a_, 1));
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == first);
}

TEST_F(KeyRetirementTest, TheyAreListedByTheTimeOfTheirRetirement) {
    auto const keyring = open();
    retire_first(*keyring, a_);
    auto const first_day = clock_.now();
    clock_.advance(24h);
    retire_first(*keyring, b_);
    DataKeyVersion const older{.compartment = a_, .version = 1};
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.retired_data_keys(first_day, {}, 9).value().size(), 0U);
    EXPECT_EQ(rotation.retired_data_keys(first_day + 1s, {}, 9).value(), std::vector{older});
    EXPECT_EQ(retired(*keyring).size(), 2U);
    auto const status = rotation.status().value();
    auto const counted = std::ranges::find_if(
        status.data_keys, [](DataKeyStatus const& key) { return key.state == KeyState::retired; });
    ASSERT_NE(counted, status.data_keys.end());
    EXPECT_EQ(counted->keys, 2U);
    EXPECT_EQ(counted->first_retired, first_day);
    EXPECT_EQ(counted->last_retired, first_day + 24h);
    ASSERT_TRUE(rotation.destroy_data_key(a_, 1));
    EXPECT_EQ(retired(*keyring).size(), 1U);
}

// Page by page, while those of the page before leave the state.
TEST_F(KeyRetirementTest, AListGoesOnBehindOneThatIsRetiredNoMore) {
    auto const keyring = open();
    for (std::uint64_t number = 1; number <= 4; ++number) {
        retire_first(*keyring, compartment_of(number));
        clock_.advance(1s);
    }
    auto& rotation = keyring->rotation();
    DataKeyVersion after;
    std::set<CompartmentId> seen;
    for (int page = 0; page < 4; ++page) {
        auto const listed = rotation.retired_data_keys(WallTime::max(), after, 1).value();
        ASSERT_EQ(listed.size(), 1U);
        after = listed.front();
        seen.insert(after.compartment);
        if (page == 0) ASSERT_TRUE(rotation.readmit_data_key(after.compartment, after.version));
        if (page == 1) ASSERT_TRUE(rotation.destroy_data_key(after.compartment, after.version));
    }
    EXPECT_EQ(seen.size(), 4U);
    EXPECT_TRUE(rotation.retired_data_keys(WallTime::max(), after, 9).value().empty());
    EXPECT_EQ(retired(*keyring).size(), 2U);
}

TEST_F(KeyRetirementTest, AnErasureDestroysThemToo) {
    auto const keyring = open();
    retire_first(*keyring, a_);
    EXPECT_EQ(keyring->rotation().destroy_compartment(approval_to_erase(a_)).value(),
              (std::vector<std::uint32_t>{1, 2}));
    EXPECT_TRUE(retired(*keyring).empty());
    EXPECT_EQ(keyring->rotation().readmit_data_key(a_, 1).error().code, Errc::gone);
}

TEST_F(KeyRetirementTest, TheyDoNotHoldUpFurtherRotations) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    for (std::uint32_t version = 1; version < 2 * limits::kKeyVersionsLive; ++version) {
        ASSERT_TRUE(keyring->rotation().begin_data_key(a_));
        ASSERT_TRUE(keyring->rotation().retire_data_key(a_, version));
    }
    EXPECT_EQ(retired(*keyring).size(), 2 * limits::kKeyVersionsLive - 1);
}

}  // namespace
}  // namespace salus::keys
