#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

class KeyStoreMigrationTest : public KeyringTest {
protected:
    // keys.db as format 1 wrote it: the same rows, without what format 2 added.
    void make_format_1() {
        attack(
            "DROP INDEX data_key_wrapping; DROP INDEX data_key_age;"
            "DROP INDEX data_key_retired; ALTER TABLE data_key DROP COLUMN retired;"
            "DROP TABLE kek; DROP TABLE rotation_request;"
            "ALTER TABLE key_store DROP COLUMN rotation_paused;"
            "UPDATE key_store SET format = 1;");
    }
    // As format 2 did: nothing was kept for older backups.
    void make_format_2() {
        attack(
            "DROP INDEX data_key_retired; ALTER TABLE data_key DROP COLUMN retired;"
            "UPDATE key_store SET format = 2;");
    }
    std::int64_t number(Literal sql) { return database().number(sql).value(); }
};

TEST_F(KeyStoreMigrationTest, AKeyStoreOfFormat1KeepsItsKeysAndCanBeRotated) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    auto const cursor = keyring->purpose_key(Purpose::cursor).value();
    keyring = nullptr;
    make_format_1();
    clock_.advance(std::chrono::hours(24));
    keyring = open();
    EXPECT_EQ(number("SELECT format FROM key_store"), 3);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    EXPECT_TRUE(keyring->purpose_key(Purpose::cursor).value() == cursor);
    auto& rotation = keyring->rotation();
    auto const status = rotation.status().value();
    ASSERT_EQ(status.keks.size(), 1U);
    EXPECT_EQ(status.keks[0].created, clock_.now() - std::chrono::hours(24));
    EXPECT_FALSE(status.orders.paused);
    EXPECT_EQ(rotation.begin_kek_epoch().value(), 2U);
    EXPECT_EQ(rotation.rewrap_shard_keys(100).value(), 0U);
    EXPECT_EQ(rotation.destroy_unused_keks().value(), std::vector<std::uint32_t>{1});
    EXPECT_EQ(rotation.begin_shard_epoch(1).value(), 2U);
    EXPECT_EQ(rotation.rewrap_keys_of_shard(1, 100).value(), 0U);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
}

TEST_F(KeyStoreMigrationTest, AMigrationThatWasInterruptedLeftFormat1) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    keyring = nullptr;
    make_format_1();
    attack("CREATE TABLE kek (anything INTEGER)");  // the migration fails half way
    EXPECT_FALSE(try_open());
    EXPECT_EQ(number("SELECT format FROM key_store"), 1);
    attack("DROP TABLE kek");
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
}

TEST_F(KeyStoreMigrationTest, AKeyStoreOfFormat2CanRetireKeys) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    ASSERT_TRUE(keyring->rotation().begin_data_key(a_));
    keyring = nullptr;
    make_format_2();
    keyring = open();
    EXPECT_EQ(number("SELECT format FROM key_store"), 3);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    ASSERT_TRUE(keyring->rotation().retire_data_key(a_, 1));
    EXPECT_EQ(keyring->rotation()
                  .retired_data_keys(clock_.now() + std::chrono::hours(1), {}, 9)
                  .value()
                  .size(),
              1U);
}

TEST_F(KeyStoreMigrationTest, ALaterFormatIsNotTouched) {
    static_cast<void>(open());
    attack("UPDATE key_store SET format = 4");
    EXPECT_EQ(try_open().error().code, Errc::not_supported);
}

}  // namespace
}  // namespace salus::keys
