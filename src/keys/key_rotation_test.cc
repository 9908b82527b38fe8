#include "keys/key_rotation.h"

#include <atomic>
#include <thread>

#include "foundation/limits.h"
#include "keys/destroyed_compartments.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

class KeyRotationTest : public KeyringTest {
protected:
    std::int64_t number(Literal sql) { return database().number(sql).value(); }
    static std::vector<std::uint32_t> live_versions(RotationStatus const& status, Purpose purpose) {
        std::vector<std::uint32_t> versions;
        for (auto const& key : status.purpose_keys) {
            bool const is_live = key.state != KeyState::destroyed;
            if (key.purpose == purpose && is_live) versions.push_back(key.version);
        }
        return versions;
    }
};

TEST_F(KeyRotationTest, ANewKekIsInUseAndTheOldOneGoesWhenNothingIsUnderIt) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    ASSERT_TRUE(keyring->key_for_writing(b_));
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.begin_kek_epoch().value(), 2U);
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{});
    ASSERT_TRUE(keyring->key_for_writing(compartment_of(3)));  // a new shard key, under the new KEK
    EXPECT_EQ(rotation.rewrap_shard_keys(1).value(), 2U);
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{});
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{1});
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{});
    KekName const old{.tenant = TenantName("clinic"), .epoch = 1};
    EXPECT_EQ(service_.wrap(old, {}, SecretBytes(kKeyBytes)).error().code, Errc::not_found);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    auto const status = keyring->rotation().status().value();
    ASSERT_EQ(status.keks.size(), 2U);
    EXPECT_EQ(status.keks[0].state, KeyState::destroyed);
    EXPECT_EQ(status.keks[1].state, KeyState::active);
    EXPECT_EQ(status.keks[1].shard_keys, 4U);
}

TEST_F(KeyRotationTest, AKmsThatIsGoneLeavesTheWorkToTheNextCall) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto& rotation = keyring->rotation();
    ASSERT_TRUE(rotation.begin_kek_epoch());
    service_.is_gone = true;
    EXPECT_EQ(rotation.rewrap_shard_keys(100).error().code, Errc::unavailable);
    EXPECT_EQ(rotation.begin_shard_epoch(1).error().code, Errc::unavailable);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    service_.is_gone = false;
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
}

TEST_F(KeyRotationTest, AShardsKeysMoveUnderItsNewKey) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    ASSERT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.begin_shard_epoch(1).value(), 2U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value(), std::vector<std::uint32_t>{});
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 1).value(), 1U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value(), std::vector<std::uint32_t>{});
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 1).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value(), std::vector<std::uint32_t>{1});
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value(), std::vector<std::uint32_t>{});
    EXPECT_EQ(number("SELECT count(*) FROM shard_key WHERE wrapped IS NULL"), 1);
    EXPECT_EQ(number("SELECT count(DISTINCT substr(wrapped, 5, 16)) FROM data_key"), 2);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    EXPECT_TRUE(keyring->key_for_reading(b_, 1));
    EXPECT_EQ(keyring->rotation().begin_shard_epoch(kTenantShard + 1).error().code, Errc::invalid);
}

TEST_F(KeyRotationTest, ThePurposeKeysMoveWithTheTenantsShard) {
    auto keyring = open();
    auto const cursor = keyring->purpose_key(Purpose::cursor).value();
    auto& rotation = keyring->rotation();
    ASSERT_TRUE(rotation.begin_shard_epoch(kTenantShard));
    EXPECT_EQ(rotation.rewrap_keys_of_shard(kTenantShard, 2).value(), 3U);
    EXPECT_EQ(rotation.rewrap_keys_of_shard(kTenantShard, 100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(kTenantShard).value().size(), 1U);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->purpose_key(Purpose::cursor).value() == cursor);
}

TEST_F(KeyRotationTest, UnfinishedEpochsOfAShardAreBounded) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto& rotation = keyring->rotation();
    for (std::size_t i = 1; i < limits::kKeyVersionsLive; ++i) {
        ASSERT_TRUE(rotation.begin_shard_epoch(1));
        ASSERT_TRUE(rotation.begin_data_key(a_));
    }
    EXPECT_EQ(rotation.begin_shard_epoch(1).error().code, Errc::conflict);
    EXPECT_EQ(rotation.begin_data_key(a_).error().code, Errc::conflict);
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value().size(), limits::kKeyVersionsLive - 1);
    ASSERT_TRUE(rotation.destroy_data_key(a_, 1));
    EXPECT_TRUE(rotation.begin_shard_epoch(1));
    EXPECT_TRUE(rotation.begin_data_key(a_));
}

TEST_F(KeyRotationTest, ANewDataKeySealsAndTheOldOneOnlyOpens) {
    auto keyring = open();
    auto const first = keyring->key_for_writing(a_).value();
    clock_.advance(std::chrono::seconds(10));
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.begin_data_key(a_).value(), 2U);
    auto const second = keyring->key_for_writing(a_).value();
    EXPECT_EQ(second.version, 2U);
    EXPECT_FALSE(second.key == first.key);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == first.key);
    EXPECT_EQ(rotation.destroy_data_key(a_, 2).error().code, Errc::conflict);
    EXPECT_EQ(rotation.destroy_data_key(a_, 3).error().code, Errc::not_found);
    EXPECT_EQ(rotation.begin_data_key(b_).error().code, Errc::not_found);
    std::vector<DataKeyVersion> const older{{.compartment = a_, .version = 1}};
    EXPECT_EQ(rotation.decrypt_only_data_keys({}, 10).value(), older);
    EXPECT_TRUE(rotation.decrypt_only_data_keys(older[0], 10).value().empty());
    ASSERT_TRUE(rotation.destroy_data_key(a_, 1));
    ASSERT_TRUE(rotation.destroy_data_key(a_, 1));
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(reading(*keyring, a_, 1), Errc::gone);
        EXPECT_TRUE(keyring->key_for_reading(a_, 2).value() == second.key);
        EXPECT_EQ(keyring->statistics().data_keys, 1U);
        keyring = nullptr;
        keyring = open();
    }
}

TEST_F(KeyRotationTest, ADestroyedKeyIsNowhere) {
    auto const keyring = open();
    std::optional<MemorySearch> search;
    {
        auto const first = keyring->key_for_writing(a_).value();
        search.emplace(first.key.reveal());
    }
    EXPECT_EQ(search->count(), 1U);
    Bytes wrapped;
    {
        auto store = database();
        auto select = store.prepare("SELECT wrapped FROM data_key").value();
        auto rows = select.query();
        ASSERT_TRUE(rows.next().value());
        wrapped.assign(rows.bytes(0).begin(), rows.bytes(0).end());
    }
    auto const stands_in_files = [&] {
        for (auto const* name : {"keys.db", "keys.db-wal"}) {
            auto const file = read_file(directory_.path() / "clinic" / name, 64 * limits::kMiB);
            if (file && text_of(*file).find(text_of(wrapped)) != std::string_view::npos)
                return true;
        }
        return false;
    };
    EXPECT_TRUE(stands_in_files());
    ASSERT_TRUE(keyring->rotation().begin_data_key(a_));
    ASSERT_TRUE(keyring->rotation().destroy_data_key(a_, 1));
    EXPECT_EQ(search->count(), 0U);
    EXPECT_FALSE(stands_in_files());
}

TEST_F(KeyRotationTest, ADestroyedCompartmentNeverGetsAKeyAgain) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    auto& rotation = keyring->rotation();
    ASSERT_TRUE(rotation.begin_data_key(a_));
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_EQ(rotation.live_data_keys(a_).value(), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_TRUE(rotation.live_data_keys(compartment_of(9)).value().empty());
    EXPECT_EQ(rotation.destroy_compartment(approval_to_erase(a_)).value(),
              (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(rotation.destroy_compartment(approval_to_erase(a_)).value(),
              std::vector<std::uint32_t>{});
    EXPECT_EQ(rotation.destroy_compartment(approval_to_erase(compartment_of(9))).value(),
              std::vector<std::uint32_t>{});
    EXPECT_EQ(rotation.live_data_keys(a_).error().code, Errc::gone);
    ASSERT_TRUE(rotation.begin_data_key(b_));
    ASSERT_TRUE(rotation.destroy_data_key(b_, 1));
    auto destroyed = destroyed_compartments(directory_.path() / "clinic", 2).value();
    std::ranges::sort(destroyed);
    std::vector expected{a_, compartment_of(9)};
    std::ranges::sort(expected);
    EXPECT_EQ(destroyed, expected);
    EXPECT_EQ(destroyed_compartments(directory_.path() / "clinic", 1).error().code,
              Errc::too_large);
    EXPECT_TRUE(destroyed_compartments(directory_.path() / "nowhere", 1).value().empty());
    for (int start = 0; start < 2; ++start) {
        for (std::uint32_t const version : {1U, 2U}) {
            EXPECT_EQ(reading(*keyring, a_, version), Errc::gone);
        }
        EXPECT_EQ(reading(*keyring, a_, 3), Errc::not_found);
        EXPECT_EQ(writing(*keyring, a_), Errc::gone);
        EXPECT_EQ(writing(*keyring, compartment_of(9)), Errc::gone);
        EXPECT_EQ(keyring->rotation().begin_data_key(a_).error().code, Errc::gone);
        EXPECT_TRUE(keyring->key_for_reading(b_, 2));
        EXPECT_EQ(keyring->statistics().data_keys, 1U);
        keyring = nullptr;
        keyring = open();
    }
}

TEST_F(KeyRotationTest, AnApprovalForSomethingElseDestroysNothing) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const other = approval_for([](Proposal& proposal) {
        proposal.operation = Operation::release_hold;
        proposal.target = compartment_of(1).hex();
    });
    auto const unclear = approval_for([](Proposal& proposal) { proposal.target = "everybody"; });
    auto& rotation = keyring->rotation();
    EXPECT_EQ(rotation.destroy_compartment(other).error().code, Errc::invalid);
    EXPECT_EQ(rotation.destroy_compartment(unclear).error().code, Errc::invalid);
    EXPECT_EQ(keyring->statistics().data_keys, 1U);
}

TEST_F(KeyRotationTest, APurposesNextKeyIsWrittenWithThenReadWithThenAlone) {
    auto keyring = open();
    auto& rotation = keyring->rotation();
    auto const first = keyring->purpose_key(Purpose::blind_index).value();
    auto const changes = keyring->purpose_changes();
    EXPECT_EQ(rotation.begin_purpose_key(Purpose::blind_index).value(), 2U);
    EXPECT_EQ(rotation.begin_purpose_key(Purpose::blind_index).value(), 2U);
    EXPECT_GT(keyring->purpose_changes(), changes);
    auto keys = keyring->purpose_keys(Purpose::blind_index).value();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].state, KeyState::active);
    EXPECT_EQ(keys[1].state, KeyState::pre_active);
    EXPECT_TRUE(keyring->purpose_key(Purpose::blind_index).value() == first);
    ASSERT_TRUE(rotation.set_purpose_state(Purpose::blind_index, 2, KeyState::active));
    ASSERT_TRUE(rotation.set_purpose_state(Purpose::blind_index, 2, KeyState::active));
    EXPECT_TRUE(keyring->purpose_key(Purpose::blind_index).value() == keys[1].key);
    EXPECT_TRUE(keyring->purpose_key_for_reading(Purpose::blind_index, 1).value() == first);
    EXPECT_EQ(rotation.set_purpose_state(Purpose::blind_index, 1, KeyState::active).error().code,
              Errc::conflict);
    EXPECT_EQ(rotation.destroy_purpose_key(Purpose::blind_index, 2).error().code, Errc::conflict);
    ASSERT_TRUE(rotation.destroy_purpose_key(Purpose::blind_index, 1));
    ASSERT_TRUE(rotation.destroy_purpose_key(Purpose::blind_index, 1));
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(keyring->purpose_key_for_reading(Purpose::blind_index, 1).error().code,
                  Errc::not_found);
        EXPECT_TRUE(keyring->purpose_key(Purpose::blind_index).value() == keys[1].key);
        auto const status = keyring->rotation().status().value();
        EXPECT_EQ(live_versions(status, Purpose::blind_index), std::vector<std::uint32_t>{2});
        keyring = nullptr;
        keyring = open();
    }
}

TEST_F(KeyRotationTest, TheAddressKeyStays) {
    auto const keyring = open();
    EXPECT_EQ(keyring->rotation().begin_purpose_key(Purpose::address).error().code, Errc::invalid);
}

TEST_F(KeyRotationTest, AChangedStateIsCorrupt) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->rotation().begin_data_key(a_));
    ASSERT_TRUE(keyring->rotation().begin_purpose_key(Purpose::cursor));
    ASSERT_TRUE(keyring->rotation().begin_shard_epoch(2));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    ASSERT_TRUE(keyring->rotation().begin_shard_epoch(2));
    keyring = nullptr;
    // The intruder brings old keys back into use.
    attack(
        "UPDATE data_key SET state = 3 - state;"
        "UPDATE purpose_key SET state = 5 - state WHERE purpose = 4;"
        "UPDATE shard_key SET state = 3 - state WHERE shard = 2;");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_, 1), Errc::corrupt);
    EXPECT_EQ(reading(*keyring, a_, 2), Errc::corrupt);
    EXPECT_EQ(keyring->purpose_key(Purpose::cursor).error().code, Errc::corrupt);
    EXPECT_NE(writing(*keyring, compartment_of(2 + 128)), Errc::internal);
}

TEST_F(KeyRotationTest, WhatIsAskedForAndThePauseLastOverRestarts) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const next_second = to_unix_seconds(clock_.now()) + 1;
    auto& asked = keyring->rotation();
    auto const made = asked.request(order_of(RotationKind::data, next_second)).value();
    // An earlier order that comes later, or again, takes nothing back.
    ASSERT_TRUE(asked.request(order_of(RotationKind::data, next_second - 10)));
    EXPECT_EQ(asked.orders().value().requests.at(0).older_than, made.older_than);
    EXPECT_EQ(keyring->rotation().data_keys_older_than(made.older_than, 10).value(),
              std::vector<CompartmentId>{a_});
    // What is made when its time has come is not old.
    clock_.advance(std::chrono::seconds(1));
    EXPECT_LE(made.older_than, clock_.now());
    ASSERT_TRUE(keyring->rotation().begin_data_key(a_));
    EXPECT_TRUE(keyring->rotation().data_keys_older_than(made.older_than, 10).value().empty());
    ASSERT_TRUE(keyring->rotation().set_paused(true));
    keyring = nullptr;
    keyring = open();
    auto const status = keyring->rotation().status().value();
    EXPECT_TRUE(status.orders.paused);
    ASSERT_EQ(status.orders.requests.size(), 1U);
    EXPECT_EQ(status.orders.requests[0].kind, RotationKind::data);
    EXPECT_EQ(status.orders.requests[0].older_than, made.older_than);
}

TEST_F(KeyRotationTest, KindsHaveNames) {
    for (auto const kind : kRotationKinds) {
        EXPECT_EQ(rotation_kind_of(name_of(kind).text()), kind);
    }
    EXPECT_FALSE(rotation_kind_of("address"));
    EXPECT_FALSE(rotation_kind_of(""));
}

// With a KMS that may block, every key of a shard is served from memory, a new one at once.
TEST_F(KeyRotationTest, NoRequestWaitsForABlockingKmsMeanwhile) {
    service_.blocks = true;
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto& rotation = keyring->rotation();
    ASSERT_TRUE(rotation.begin_kek_epoch());
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
    ASSERT_TRUE(rotation.begin_shard_epoch(1));
    service_.is_gone = true;
    clock_.advance(limits::kDataKeyCacheTime);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 100).value(), 0U);
    service_.is_gone = false;
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{1});
    EXPECT_EQ(rotation.destroy_unused_shard_keys(1).value(), std::vector<std::uint32_t>{1});
    clock_.advance(limits::kShardKeyCacheTime / 2);
    EXPECT_TRUE(keyring->refresh());
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
}

// Threads that read and write while everything is rotated: every version that was sealed with
// opens until it is destroyed, and nobody seals with a version older than one begun before.
TEST_F(KeyRotationTest, ThreadsSeeEachStepAtOnce) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    std::atomic<std::uint32_t> begun = 1;
    std::atomic<std::uint32_t> destroyed = 0;
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    auto const work = [&] {
        while (!done) {
            auto const least = begun.load();
            auto const key = keyring->key_for_writing(a_);
            if (!key || key->version < least) ++wrong;
            auto const gone = destroyed.load();
            if (gone > 0 && keyring->key_for_reading(a_, gone)) ++wrong;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 3; ++thread) threads.emplace_back(work);
        for (int round = 0; round < 30; ++round) {
            auto const version = keyring->rotation().begin_data_key(a_).value();
            begun = version;
            ASSERT_TRUE(keyring->rotation().begin_shard_epoch(1));
            ASSERT_EQ(keyring->rotation().rewrap_keys_of_shard(1, 100).value(), 0U);
            ASSERT_TRUE(keyring->rotation().destroy_unused_shard_keys(1));
            ASSERT_TRUE(keyring->rotation().destroy_data_key(a_, version - 1));
            destroyed = version - 1;
        }
        done = true;
    }
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace salus::keys
