#include "store/embedded/embedded_store.h"

#include <fstream>
#include <sys/stat.h>

#include "sqlite/database.h"
#include "store/embedded/store_directory.h"
#include "store/store_page_suite.h"
#include "store/store_rotation_suite.h"

namespace salus::store {
namespace {

using embedded::StoreDirectory;

class EmbeddedEngine {
public:
    Result<std::unique_ptr<Store>> open() { return directory_.open(); }

private:
    StoreDirectory directory_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreSuite, EmbeddedEngine);
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StorePageSuite, EmbeddedEngine);
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreRotationSuite, EmbeddedEngine);

class EmbeddedStoreTest : public ::testing::Test {
protected:
    Result<void> commit(Store& store, Write write) {
        BlockingExecutor home;
        return home.run(store.commit(samples::batch(std::move(write)), home));
    }
    void fill(std::uint64_t documents) {
        auto const store = directory_.open().value();
        Batch batch;
        for (std::uint64_t i = 0; i < documents; ++i) {
            batch.writes.push_back(samples::write(i, i % 5, 1));
        }
        BlockingExecutor home;
        ASSERT_TRUE(home.run(store->commit(std::move(batch), home)));
    }
    Errc refusal_to_open() {
        auto const opened = directory_.open();
        return opened ? Errc::internal : opened.error().code;
    }
    void overwrite(std::uintmax_t offset, Bytes const& bytes) {
        std::fstream file(directory_.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file.write(text_of(bytes).data(), static_cast<std::streamsize>(bytes.size()));
    }
    std::size_t occurrences(Bytes const& needle) {
        std::size_t found = 0;
        for (auto const& entry : std::filesystem::directory_iterator(directory_.path())) {
            auto const contents = read_file(entry.path(), 256 * limits::kMiB).value();
            if (!std::ranges::search(contents, needle).empty()) ++found;
        }
        return found;
    }

    StoreDirectory directory_;
};

TEST_F(EmbeddedStoreTest, FilesArePrivateWhateverTheUmask) {
    auto const before = ::umask(0);
    auto const store = directory_.open().value();
    ASSERT_TRUE(commit(*store, samples::write(1, 1, 1)));
    auto const reader = store->open_reader().value();
    std::size_t files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(directory_.path())) {
        struct stat status{};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path().filename();
        ++files;
    }
    EXPECT_EQ(files, 2U);  // the database and its write-ahead log
    ::umask(before);
}

TEST_F(EmbeddedStoreTest, MakesAnOpenFilePrivateAgain) {
    fill(1);
    ASSERT_EQ(::chmod(directory_.file().c_str(), 0664), 0);
    auto const store = directory_.open().value();
    struct stat status{};
    ASSERT_EQ(::stat(directory_.file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(EmbeddedStoreTest, RefusesWhatIsNotAStore) {
    std::ofstream(directory_.file()) << std::string(100'000, 'x');
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
    EXPECT_EQ(check_embedded_store(directory_.file()).error().code, Errc::corrupt);
    std::ofstream(directory_.file(), std::ios::trunc) << "SQLite format 3";
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
    std::filesystem::remove(directory_.file());
    std::filesystem::create_directory(directory_.file());
    EXPECT_EQ(refusal_to_open(), Errc::unavailable);
}

TEST_F(EmbeddedStoreTest, RefusesAnotherDatabaseAndAnotherVersion) {
    {
        auto other = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(other.run("CREATE TABLE patient (name TEXT)"));
    }
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
    std::filesystem::remove_all(directory_.path());
    std::filesystem::create_directory(directory_.path());
    fill(1);
    ASSERT_TRUE(check_embedded_store(directory_.file()));
    {
        auto later = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(later.run("PRAGMA user_version = 6"));
    }
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
    EXPECT_EQ(check_embedded_store(directory_.file()).error().code, Errc::corrupt);
}

// A store as version 0.1.0 left it gets what it lacks when it is opened for writing.
TEST_F(EmbeddedStoreTest, OpensAStoreWithoutPages) {
    fill(10);
    {
        auto earlier = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(
            earlier.run("DROP TABLE index_page; DROP TABLE page_change; DROP INDEX committed; "
                        "ALTER TABLE compartment DROP COLUMN paged; DROP INDEX token_age; "
                        "ALTER TABLE compartment DROP COLUMN key_version_least; "
                        "ALTER TABLE history DROP COLUMN token_version; "
                        "PRAGMA user_version = 1"));
    }
    EXPECT_TRUE(check_embedded_store(directory_.file()));
    auto const store = directory_.open().value();
    auto const reader = store->open_reader().value();
    auto const scan = reader->scan(samples::compartment(1)).value();
    EXPECT_EQ(scan.entries.size(), 2U);
    store->keep_page({samples::compartment(1), scan.sequence, samples::sealed(100)});
    ASSERT_TRUE(commit(*store, samples::write(90, 9, 1)));
    EXPECT_TRUE(reader->scan(samples::compartment(1)).value().page);
}

TEST_F(EmbeddedStoreTest, PagesOfAnEarlierSchemaAreMadeAgain) {
    fill(10);
    {
        auto const store = directory_.open().value();
        store->keep_page({samples::compartment(1), 1, samples::sealed(100)});
        ASSERT_TRUE(commit(*store, samples::write(90, 1, 1)));
    }
    {
        auto earlier = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(earlier.run(
            "CREATE TABLE earlier (compartment BLOB NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) "
            "STRICT, WITHOUT ROWID; INSERT INTO earlier SELECT compartment, sealed FROM "
            "index_page; "
            "DROP TABLE index_page; ALTER TABLE earlier RENAME TO index_page; "
            "PRAGMA user_version = 3"));
    }
    auto const store = directory_.open().value();
    auto const reader = store->open_reader().value();
    auto const scan = reader->scan(samples::compartment(1)).value();
    EXPECT_FALSE(scan.page);
    EXPECT_EQ(scan.entries.size(), 3U);
    store->keep_page({samples::compartment(1), scan.sequence, samples::sealed(100)});
    ASSERT_TRUE(commit(*store, samples::write(91, 1, 1)));
    EXPECT_TRUE(reader->scan(samples::compartment(1)).value().page);
}

TEST_F(EmbeddedStoreTest, PagesOfAnEarlierFormAreMadeAgain) {
    fill(10);
    {
        auto const store = directory_.open().value();
        store->keep_page({samples::compartment(1), 1, samples::sealed(100)});
        ASSERT_TRUE(commit(*store, samples::write(90, 1, 1)));
    }
    {
        auto earlier = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(earlier.run("PRAGMA user_version = 4"));
    }
    auto const store = directory_.open().value();
    auto const scan = store->open_reader().value()->scan(samples::compartment(1)).value();
    EXPECT_FALSE(scan.page);
    EXPECT_TRUE(scan.removed.empty());
    EXPECT_EQ(scan.entries.size(), 3U);
}

TEST_F(EmbeddedStoreTest, APageThatIsGoneIsAnError) {
    fill(10);
    {
        auto const store = directory_.open().value();
        store->keep_page({samples::compartment(1), 1, samples::sealed(100)});
    }
    {
        auto forged = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(forged.run("DELETE FROM index_page"));
    }
    auto const store = directory_.open().value();
    auto const scan = store->open_reader().value()->scan(samples::compartment(1));
    ASSERT_FALSE(scan);
    EXPECT_EQ(scan.error().code, Errc::corrupt);
}

TEST_F(EmbeddedStoreTest, RefusesATruncatedFile) {
    fill(500);
    auto const size = std::filesystem::file_size(directory_.file());
    std::filesystem::resize_file(directory_.file(), size / 2);
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
    std::filesystem::resize_file(directory_.file(), 50);
    EXPECT_EQ(refusal_to_open(), Errc::corrupt);
}

// Every page is damaged in turn. Nothing but errors and sealed records that do not open may come
// of it; a structure that is broken is found by the check.
TEST_F(EmbeddedStoreTest, SurvivesGarbageInAnyPage) {
    fill(60);
    auto const whole = read_file(directory_.file(), limits::kMiB).value();
    std::size_t found = 0;
    for (std::size_t page = 0; page < whole.size() / 8192; ++page) {
        overwrite(page * 8192 + (page == 0 ? 100 : 0), Bytes(200, 0xa5));
        if (!check_embedded_store(directory_.file())) ++found;
        if (auto const store = directory_.open()) {
            auto const reader = (*store)->open_reader().value();
            for (std::uint64_t i = 0; i < 60; ++i) {
                static_cast<void>(reader->get(samples::address(i)));
                static_cast<void>(reader->find(samples::token(i), 10));
            }
            for (std::uint64_t i = 0; i < 5; ++i) {
                static_cast<void>(reader->scan(samples::compartment(i)));
            }
        }
        ASSERT_TRUE(write_file_durably(directory_.file(), whole, FileAccess::private_to_owner));
    }
    EXPECT_GT(found, 5U);
    EXPECT_TRUE(check_embedded_store(directory_.file()));
}

TEST_F(EmbeddedStoreTest, AForgedRowIsAnError) {
    fill(1);
    auto const forge = [this](Literal sql) {
        auto database = sqlite::Database::open(directory_.file(), {}).value();
        ASSERT_TRUE(database.run(sql));
    };
    auto const read = [this] {
        auto const store = directory_.open().value();
        auto const found = store->open_reader().value()->get(samples::address(0));
        return found ? Errc::internal : found.error().code;
    };
    forge("UPDATE history SET state = 9");
    EXPECT_EQ(read(), Errc::corrupt);
    forge("UPDATE history SET state = 1, compartment = x'00'");
    EXPECT_EQ(read(), Errc::corrupt);
    forge(
        "UPDATE history SET compartment = zeroblob(16); UPDATE document SET sealed = CAST('plain' "
        "AS BLOB)");
    EXPECT_EQ(read(), Errc::corrupt);
    forge("DELETE FROM document");
    EXPECT_EQ(read(), Errc::corrupt);
}

// Integers and blobs only; every blob is an opaque id, a row of tokens, or a sealed record (ENC-1).
TEST_F(EmbeddedStoreTest, HasNoPlaintextColumn) {
    fill(3);
    auto database = sqlite::Database::open(directory_.file(), {}).value();
    EXPECT_EQ(database
                  .number("SELECT count(*) FROM pragma_table_list AS t, pragma_table_info(t.name) "
                          "AS c WHERE t.name NOT LIKE 'sqlite_%' AND c.type NOT IN "
                          "('BLOB', 'INTEGER')")
                  .value(),
              0);
    EXPECT_EQ(database
                  .number("SELECT count(*) FROM pragma_table_list AS t, pragma_table_info(t.name) "
                          "AS c WHERE t.name NOT LIKE 'sqlite_%'")
                  .value(),
              27);
    constexpr Literal kStrangers =
        "SELECT (SELECT count(*) FROM document WHERE substr(sealed, 1, 4) <> x'53520101') "
        "+ (SELECT count(*) FROM index_entry WHERE substr(sealed, 1, 4) <> x'53520101') "
        "+ (SELECT count(*) FROM index_page WHERE substr(sealed, 1, 4) <> x'53520101') "
        "+ (SELECT count(*) FROM page_change WHERE length(address) <> 16) "
        "+ (SELECT count(*) FROM history WHERE length(address) <> 16 OR length(compartment) <> 16 "
        "   OR length(tokens) % 16 <> 0) "
        "+ (SELECT count(*) FROM token WHERE length(token) <> 16 OR length(address) <> 16)";
    EXPECT_EQ(database.number(kStrangers).value(), 0);
}

TEST_F(EmbeddedStoreTest, ErasureLeavesNoBytesInTheFiles) {
    auto write = samples::write(77, 1, 1);
    auto const document = samples::bytes(write.document);
    Bytes const mark(document.begin(), document.begin() + 16);
    auto const store = directory_.open().value();
    ASSERT_TRUE(commit(*store, std::move(write)));
    ASSERT_TRUE(commit(*store, samples::write(78, 2, 1)));
    EXPECT_GT(occurrences(mark), 0U);
    BlockingExecutor home;
    ASSERT_TRUE(home.run(store->erase(samples::compartment(1), home)));
    EXPECT_EQ(occurrences(mark), 0U);
}

TEST_F(EmbeddedStoreTest, TheLogOfWritesDoesNotGrowWithoutEnd) {
    auto const store = directory_.open().value();
    BlockingExecutor home;
    std::uintmax_t largest = 0;
    auto wal = directory_.file();
    wal += "-wal";
    for (std::uint64_t round = 0; round < 12; ++round) {
        Batch batch;
        batch.writes.push_back(samples::write(round, 1, 1));
        batch.writes.back().document = samples::sealed(limits::kResourceBytes);
        ASSERT_TRUE(home.run(store->commit(std::move(batch), home)));
        largest = std::max(largest, std::filesystem::file_size(wal));
    }
    EXPECT_LT(largest, 2 * limits::kWalBytes);
}

TEST_F(EmbeddedStoreTest, IsClosedWithoutAWal) {
    fill(10);
    auto wal = directory_.file();
    wal += "-wal";
    EXPECT_TRUE(!std::filesystem::exists(wal) || std::filesystem::file_size(wal) == 0);
}

}  // namespace
}  // namespace salus::store
