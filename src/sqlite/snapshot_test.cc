#include "sqlite/snapshot.h"

#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace salus::sqlite {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

class SnapshotTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string name = std::string(::testing::TempDir()) + "salus_snapshot_XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        path_ = directory_ / "test.db";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    // Two tables of which each transaction changes both: a copy that mixes moments shows it.
    Database with_tables() {
        auto database = Database::open(path_, {.checkpoints = Checkpoints::by_hand}).value();
        EXPECT_TRUE(database.run("CREATE TABLE a (id INTEGER PRIMARY KEY, value BLOB) STRICT"));
        EXPECT_TRUE(database.run("CREATE TABLE b (id INTEGER PRIMARY KEY, value BLOB) STRICT"));
        return database;
    }
    static void write(Database& database, std::int64_t id) {
        auto a = database.prepare("INSERT OR REPLACE INTO a VALUES (?1 % 300, ?2)").value();
        auto b = database.prepare("INSERT INTO b VALUES (?1, ?2)").value();
        Bytes const value(3000, static_cast<std::uint8_t>(id));
        auto transaction = Transaction::begin(database).value();
        ASSERT_TRUE(a.run(id, BytesView(value)));
        ASSERT_TRUE(b.run(id, BytesView(value).first(100)));
        ASSERT_TRUE(transaction.commit());
    }

    std::filesystem::path copy_of(Snapshot& snapshot, std::string const& name) {
        auto const path = directory_ / name;
        std::ofstream file(path, std::ios::binary);
        for (std::uint64_t offset = 0; offset < snapshot.size();) {
            Bytes piece(std::min<std::uint64_t>(kPiece, snapshot.size() - offset));
            EXPECT_TRUE(snapshot.read(offset, piece));
            file.write(reinterpret_cast<char const*>(piece.data()),
                       static_cast<std::streamsize>(piece.size()));
            offset += piece.size();
        }
        return path;
    }

    // The last id in a copy, after everything in it was found to be of one moment.
    static std::int64_t checked_last(std::filesystem::path const& path) {
        auto copy = Database::open(path, {.access = Access::read_only}).value();
        EXPECT_TRUE(copy.check());
        auto const last = copy.number("SELECT coalesce(max(id), -1) FROM b").value();
        EXPECT_EQ(copy.number("SELECT count(*) FROM b").value(), last + 1);
        EXPECT_EQ(copy.number("SELECT count(*) FROM a JOIN b ON b.id % 300 = a.id AND "
                              "substr(a.value, 1, 1) = substr(b.value, 1, 1) "
                              "WHERE b.id > (SELECT max(id) FROM b) - 300")
                      .value(),
                  std::min<std::int64_t>(last + 1, 300));
        return last;
    }

    std::filesystem::path directory_;
    std::filesystem::path path_;
};

TEST_F(SnapshotTest, HasWhatIsInTheLogAlone) {
    auto database = with_tables();
    for (int id = 0; id < 50; ++id) write(database, id);
    auto snapshot = Snapshot::take(path_).value();
    EXPECT_EQ(checked_last(copy_of(snapshot, "copy.db")), 49);
}

TEST_F(SnapshotTest, HasWhatIsInTheFileAlone) {
    {
        auto database = with_tables();
        for (int id = 0; id < 50; ++id) write(database, id);
        ASSERT_TRUE(database.checkpoint(CheckpointMode::truncate));
    }
    auto snapshot = Snapshot::take(path_).value();
    EXPECT_EQ(checked_last(copy_of(snapshot, "copy.db")), 49);
}

TEST_F(SnapshotTest, StaysAtItsMomentWhileOthersWriteAndCheckpoint) {
    auto database = with_tables();
    for (int id = 0; id < 50; ++id) write(database, id);
    ASSERT_TRUE(database.checkpoint(CheckpointMode::passive));
    for (int id = 50; id < 60; ++id) write(database, id);
    auto snapshot = Snapshot::take(path_).value();
    for (int id = 60; id < 400; ++id) write(database, id);
    ASSERT_TRUE(database.checkpoint(CheckpointMode::passive));
    for (int id = 400; id < 420; ++id) write(database, id);
    EXPECT_EQ(checked_last(copy_of(snapshot, "copy.db")), 59);
}

// The log was copied back in full before the snapshot: the next write begins it anew, over the
// frames that the snapshot's index names.
TEST_F(SnapshotTest, OutlivesALogThatIsBegunAnew) {
    auto database = with_tables();
    for (int id = 0; id < 400; ++id) write(database, id);
    ASSERT_TRUE(database.checkpoint(CheckpointMode::passive));
    auto snapshot = Snapshot::take(path_).value();
    auto const log = std::filesystem::file_size(path_.string() + "-wal");
    for (int id = 400; id < 420; ++id) write(database, id);
    ASSERT_EQ(std::filesystem::file_size(path_.string() + "-wal"), log) << "it was not begun anew";
    EXPECT_EQ(checked_last(copy_of(snapshot, "copy.db")), 399);
}

TEST_F(SnapshotTest, IsOfOneMomentUnderABusyWriter) {
    auto database = with_tables();
    std::atomic<bool> stop = false;
    std::atomic<std::int64_t> written = -1;
    std::thread writer([&] {
        for (std::int64_t id = 0; !stop; ++id) {
            write(database, id);
            written = id;
            if (id % 97 == 0) static_cast<void>(database.checkpoint(CheckpointMode::passive));
            if (id % 211 == 0) static_cast<void>(database.checkpoint(CheckpointMode::restart));
        }
    });
    for (int round = 0; round < 25; ++round) {
        auto const before = written.load();
        auto snapshot = Snapshot::take(path_).value();
        auto const after = written.load();
        auto const last = checked_last(copy_of(snapshot, "copy" + std::to_string(round) + ".db"));
        EXPECT_GE(last, before);
        EXPECT_LE(last, after + 1);
    }
    stop = true;
    writer.join();
}

TEST_F(SnapshotTest, AnUnfinishedTransactionIsNotInIt) {
    auto database = with_tables();
    write(database, 0);
    auto transaction = Transaction::begin(database).value();
    ASSERT_TRUE(database.run("PRAGMA cache_size=1"));  // so that it spills into the log
    auto b = database.prepare("INSERT INTO b VALUES (?1, zeroblob(4000))").value();
    for (std::int64_t id = 1; id < 500; ++id) ASSERT_TRUE(b.run(id));
    auto snapshot = Snapshot::take(path_).value();
    EXPECT_EQ(checked_last(copy_of(snapshot, "copy.db")), 0);
}

TEST_F(SnapshotTest, RefusesWhatIsNoDatabase) {
    std::ofstream(path_) << std::string(20'000, 'x');
    EXPECT_FALSE(Snapshot::take(path_));
    EXPECT_FALSE(Snapshot::take(directory_ / "absent.db"));
}

}  // namespace
}  // namespace salus::sqlite
