#include "foundation/limits.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

using KeyringAttackTest = KeyringTest;

TEST_F(KeyringAttackTest, TheKeyStoreHoldsNoKeyAndIsPrivate) {
    std::vector<Bytes> keys;
    {
        auto const keyring = open();
        auto const data_key = keyring->key_for_writing(a_).value();
        auto const purpose_key = keyring->purpose_key(Purpose::address).value();
        keys.emplace_back(data_key.key.reveal().begin(), data_key.key.reveal().end());
        keys.emplace_back(purpose_key.reveal().begin(), purpose_key.reveal().end());
    }
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
        if (!entry.is_regular_file()) continue;
        auto const contents = read_file(entry.path(), 64 * limits::kMiB).value();
        for (auto const& key : keys) {
            EXPECT_EQ(text_of(contents).find(text_of(key)), std::string_view::npos);
        }
        auto const mode = entry.status().permissions();
        EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
                  std::filesystem::perms::none)
            << entry.path();
    }
}

TEST_F(KeyringAttackTest, EveryFlippedByteOfAWrappedDataKeyIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    Bytes good;
    {
        auto attacked = database();
        auto select = attacked.prepare("SELECT wrapped FROM data_key").value();
        auto rows = select.query();
        ASSERT_TRUE(rows.next().value());
        good.assign(rows.bytes(0).begin(), rows.bytes(0).end());
    }
    ASSERT_EQ(good.size(), 136U);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 0x04;
        {
            auto attacked = database();
            auto update = attacked.prepare("UPDATE data_key SET wrapped = ?1").value();
            ASSERT_TRUE(update.run(BytesView(flipped)));
        }
        auto const keyring = open();
        EXPECT_EQ(reading(*keyring, a_), Errc::corrupt) << i;
        EXPECT_EQ(writing(*keyring, a_), Errc::corrupt) << i;
    }
}

TEST_F(KeyringAttackTest, EveryFlippedByteOfAWrappedShardKeyIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    Bytes good;
    {
        auto attacked = database();
        auto select = attacked.prepare("SELECT wrapped FROM shard_key WHERE shard = 1").value();
        auto rows = select.query();
        ASSERT_TRUE(rows.next().value());
        good.assign(rows.bytes(0).begin(), rows.bytes(0).end());
    }
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 0x80;
        {
            auto attacked = database();
            auto update =
                attacked.prepare("UPDATE shard_key SET wrapped = ?1 WHERE shard = 1").value();
            ASSERT_TRUE(update.run(BytesView(flipped)));
        }
        auto const keyring = open();
        EXPECT_EQ(reading(*keyring, a_), Errc::corrupt) << i;
        EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::corrupt) << i;
    }
}

TEST_F(KeyringAttackTest, SwappedRowsAreCorrupt) {
    auto keyring = open();
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    keyring = nullptr;
    // Every compartment gets another one's key: of its own shard, or of another.
    attack(
        "CREATE TABLE saved AS SELECT compartment, wrapped FROM data_key;"
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM saved "
        "    WHERE saved.compartment <> data_key.compartment LIMIT 1);");
    keyring = open();
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        EXPECT_EQ(reading(*keyring, compartment), Errc::corrupt);
        EXPECT_EQ(writing(*keyring, compartment), Errc::corrupt);
    }
}

TEST_F(KeyringAttackTest, AnotherVersionOrStateIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE data_key SET version = 2");
    EXPECT_EQ(reading(*open(), a_, 2), Errc::corrupt);
    attack("UPDATE data_key SET version = 1, state = 2");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
    EXPECT_EQ(writing(*open(), a_), Errc::conflict);  // not even tried
    attack("UPDATE data_key SET state = 9");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
    attack("UPDATE data_key SET state = 1, wrapped = NULL");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
}

TEST_F(KeyringAttackTest, ATombstoneStaysATombstone) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE data_key SET state = 3, wrapped = NULL");
    auto const keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::gone);
    EXPECT_EQ(writing(*keyring, a_), Errc::gone);
    EXPECT_TRUE(keyring->prepare(std::span(&a_, 1)));
    EXPECT_EQ(writing(*keyring, a_), Errc::gone);
    EXPECT_EQ(keyring->statistics().data_keys, 0U);
}

TEST_F(KeyringAttackTest, AnotherTenantsRowsAreCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    std::filesystem::copy(directory_.path() / "clinic", directory_.path() / "saved",
                          std::filesystem::copy_options::recursive);
    // The whole key store under another name.
    EXPECT_EQ(try_open("hospital").error().code, Errc::conflict);
    EXPECT_EQ(try_open("clinic", "another-realm").error().code, Errc::conflict);
    attack("UPDATE key_store SET tenant = CAST('hospital' AS BLOB)");
    ASSERT_TRUE(service_.ensure({.tenant = TenantName("hospital"), .epoch = 1}));
    auto const stolen = try_open("hospital");
    ASSERT_TRUE(stolen);
    EXPECT_EQ(reading(**stolen, a_), Errc::corrupt);
    EXPECT_EQ(writing(**stolen, a_), Errc::corrupt);
    EXPECT_EQ(stolen.value()->purpose_key(Purpose::address).error().code, Errc::corrupt);
}

TEST_F(KeyringAttackTest, ShardKeysCannotChangePlaces) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    keyring = nullptr;
    attack(
        "UPDATE shard_key SET shard = 1000 WHERE shard = 1;"
        "UPDATE shard_key SET shard = 1 WHERE shard = 2;"
        "UPDATE shard_key SET shard = 2 WHERE shard = 1000;");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::corrupt);
    EXPECT_EQ(writing(*keyring, b_), Errc::corrupt);
    EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::corrupt);
}

TEST_F(KeyringAttackTest, AMissingShardKeyIsCorruptAndAnUnknownEpochIsNotFound) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE shard_key SET kek_epoch = 2 WHERE shard = 1");
    EXPECT_EQ(reading(*open(), a_), Errc::not_found);
    attack("DELETE FROM shard_key WHERE shard = 1");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
}

TEST_F(KeyringAttackTest, PurposeKeysCannotChangePlacesOrBeReplaced) {
    static_cast<void>(open());
    attack(
        "UPDATE purpose_key SET purpose = 9 WHERE purpose = 1;"
        "UPDATE purpose_key SET purpose = 1 WHERE purpose = 2;"
        "UPDATE purpose_key SET purpose = 2 WHERE purpose = 9;");
    EXPECT_EQ(open()->purpose_key(Purpose::address).error().code, Errc::corrupt);
    EXPECT_EQ(open()->purpose_key(Purpose::blind_index).error().code, Errc::corrupt);
    EXPECT_TRUE(open()->purpose_key(Purpose::cursor));
    attack("DELETE FROM purpose_key WHERE purpose = 4");
    EXPECT_EQ(try_open().error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::keys
