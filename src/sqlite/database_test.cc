#include "sqlite/database.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace salus::sqlite {
namespace {

class DatabaseTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string name = std::string(::testing::TempDir()) + "salus_sqlite_XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        path_ = directory_ / "test.db";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    Database with_table() {
        auto database = Database::open(path_, {}).value();
        EXPECT_TRUE(database.run("CREATE TABLE t (id INTEGER PRIMARY KEY, value BLOB) STRICT"));
        return database;
    }

    std::filesystem::path directory_;
    std::filesystem::path path_;
};

TEST_F(DatabaseTest, HasTheSettingsThatDurabilityNeeds) {
    auto database = Database::open(path_, {}).value();
    EXPECT_EQ(database.number("PRAGMA synchronous").value(), 2);  // FULL
    EXPECT_EQ(database.number("PRAGMA page_size").value(), 8192);
    EXPECT_EQ(database.number("PRAGMA secure_delete").value(), 1);
    EXPECT_EQ(database.number("PRAGMA foreign_keys").value(), 1);
    EXPECT_EQ(database.number("PRAGMA trusted_schema").value(), 0);
    EXPECT_EQ(database.number("PRAGMA busy_timeout").value(), 0);
    auto mode = database.prepare("PRAGMA journal_mode").value();
    auto rows = mode.query();
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(text_of(rows.bytes(0)), "wal");
}

TEST_F(DatabaseTest, ReadsALargeBlobByItsRow) {
    auto database = with_table();
    Bytes value(600'000);
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i % 251);
    auto insert = database.prepare("INSERT INTO t VALUES (?1, ?2)").value();
    ASSERT_TRUE(insert.run(std::int64_t{7}, BytesView(value)));
    EXPECT_EQ(database.read_blob("t", "value", 7).value(), value);
    // Into memory that was something smaller, and something larger.
    EXPECT_EQ(database.read_blob("t", "value", 7, Bytes(3, 0xee)).value(), value);
    EXPECT_EQ(database.read_blob("t", "value", 7, Bytes(2 * value.size(), 0xee)).value(), value);
    EXPECT_FALSE(database.read_blob("t", "value", 8));
    EXPECT_FALSE(database.read_blob("t", "other", 7));
}

TEST_F(DatabaseTest, ReadsBackBlobsNumbersAndNulls) {
    auto database = with_table();
    auto insert = database.prepare("INSERT INTO t VALUES (?1, ?2)").value();
    Bytes const value{0, 1, 0xff, 0};
    EXPECT_EQ(insert.run(std::uint64_t{1}, BytesView(value)).value(), 1U);
    EXPECT_TRUE(insert.run(std::int64_t{-2}, std::nullopt));
    EXPECT_TRUE(insert.run(std::int64_t{3}, BytesView{}));
    EXPECT_TRUE(insert.run(std::int64_t{4}, std::optional<BytesView>{}));
    auto select = database.prepare("SELECT value, id FROM t WHERE id = ?1").value();
    {
        auto rows = select.query(std::int64_t{1});
        ASSERT_TRUE(rows.next().value());
        EXPECT_TRUE(std::ranges::equal(rows.bytes(0), value));
        EXPECT_EQ(rows.unsigned_number(1), 1U);
        EXPECT_FALSE(rows.next().value());
    }
    {
        auto rows = select.query(std::int64_t{-2});
        ASSERT_TRUE(rows.next().value());
        EXPECT_TRUE(rows.is_null(0));
        EXPECT_TRUE(rows.bytes(0).empty());
    }
    auto rows = select.query(std::int64_t{3});
    ASSERT_TRUE(rows.next().value());
    EXPECT_FALSE(rows.is_null(0));
}

TEST_F(DatabaseTest, SaysWhatFailed) {
    auto database = with_table();
    auto insert = database.prepare("INSERT INTO t VALUES (?1, x'00')").value();
    ASSERT_TRUE(insert.run(std::int64_t{1}));
    EXPECT_EQ(insert.run(std::int64_t{1}).error().code, Errc::conflict);
    EXPECT_EQ(database.last_failure(), Failure::constraint);
    EXPECT_EQ(insert.run(~std::uint64_t{0}).error().code, Errc::invalid);
    EXPECT_EQ(database.run("SELECT * FROM absent").error().code, Errc::internal);
    EXPECT_EQ(database.prepare("INSERT INTO t").error().code, Errc::internal);
    EXPECT_EQ(database.number("SELECT id FROM t WHERE id = 9").error().code, Errc::not_found);
    EXPECT_TRUE(insert.run(std::int64_t{2}));
    ASSERT_TRUE(database.run("PRAGMA max_page_count = 3"));
    EXPECT_EQ(database.run("UPDATE t SET value = zeroblob(100000)").error().code,
              Errc::unavailable);
    EXPECT_EQ(database.last_failure(), Failure::disk_full);
}

TEST_F(DatabaseTest, AnUncommittedTransactionIsUndone) {
    auto database = with_table();
    {
        auto const transaction = Transaction::begin(database).value();
        ASSERT_TRUE(database.run("INSERT INTO t VALUES (1, x'00')"));
        EXPECT_TRUE(database.in_transaction());
        EXPECT_EQ(Transaction::begin(database).error().code, Errc::internal);
    }
    EXPECT_FALSE(database.in_transaction());
    EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 0);
    auto transaction = Transaction::begin(database).value();
    ASSERT_TRUE(database.run("INSERT INTO t VALUES (1, x'00')"));
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 1);
}

TEST_F(DatabaseTest, AReaderCannotWriteAndASecondWriterWaitsForNothing) {
    auto database = with_table();
    auto reader = Database::open(path_, {.access = Access::read_only}).value();
    EXPECT_EQ(reader.run("INSERT INTO t VALUES (1, x'00')").error().code, Errc::unavailable);
    EXPECT_EQ(reader.last_failure(), Failure::read_only);
    auto const transaction = Transaction::begin(database).value();
    auto second = Database::open(path_, {}).value();
    EXPECT_EQ(Transaction::begin(second).error().code, Errc::unavailable);
    EXPECT_EQ(second.last_failure(), Failure::busy);
    EXPECT_EQ(Database::open(directory_ / "absent", {.access = Access::read_only}).error().code,
              Errc::unavailable);
}

TEST_F(DatabaseTest, ExtensionsCannotBeLoaded) {
    auto database = Database::open(path_, {}).value();
    EXPECT_FALSE(database.run("SELECT load_extension('libm.so.6')"));
}

TEST_F(DatabaseTest, CheckpointsByHandAndNotOnClosing) {
    auto wal = path_;
    wal += "-wal";
    {
        auto database = Database::open(path_, {.checkpoints = Checkpoints::by_hand}).value();
        ASSERT_TRUE(database.run("CREATE TABLE t (id INTEGER PRIMARY KEY)"));
        EXPECT_GT(database.wal_pages(), 0U);
        auto reader = Database::open(path_, {.access = Access::read_only}).value();
        auto select = reader.prepare("SELECT * FROM sqlite_schema").value();
        {
            auto rows = select.query();
            ASSERT_TRUE(rows.next().value());
            EXPECT_TRUE(database.checkpoint(CheckpointMode::passive));
            EXPECT_FALSE(database.checkpoint(CheckpointMode::truncate));
            EXPECT_EQ(database.last_failure(), Failure::busy);
        }
        EXPECT_TRUE(database.checkpoint(CheckpointMode::truncate));
        EXPECT_EQ(std::filesystem::file_size(wal), 0U);
        ASSERT_TRUE(database.run("INSERT INTO t VALUES (1)"));
    }
    EXPECT_GT(std::filesystem::file_size(wal), 0U);
    auto database = Database::open(path_, {}).value();
    EXPECT_EQ(database.number("SELECT count(*) FROM t").value(), 1);
}

TEST_F(DatabaseTest, FindsDamage) {
    {
        auto database = with_table();
        ASSERT_TRUE(database.run("INSERT INTO t VALUES (1, zeroblob(50000))"));
        ASSERT_TRUE(database.checkpoint(CheckpointMode::truncate));
        EXPECT_TRUE(database.check());
    }
    {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(8192);
        file << std::string(100, 'x');
    }
    auto database = Database::open(path_, {}).value();
    EXPECT_EQ(database.check().error().code, Errc::corrupt);
    EXPECT_EQ(database.number("SELECT length(value) FROM t").error().code, Errc::corrupt);
    EXPECT_EQ(database.last_failure(), Failure::corrupt);
}

}  // namespace
}  // namespace salus::sqlite
