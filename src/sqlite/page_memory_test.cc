#include "sqlite/page_memory.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "sqlite/database.h"

namespace salus::sqlite {
namespace {

// In a process of its own, where nothing has used SQLite yet.
[[noreturn]] void open_a_database_in_reserved_memory(std::filesystem::path const& path) {
    if (!reserve_page_memory(4 * limits::kMiB)) std::exit(1);
    auto database = Database::open(path, {});
    if (!database || !database->run("CREATE TABLE t (value BLOB) STRICT")) std::exit(2);
    int used = 0;
    int most = 0;
    sqlite3_status(SQLITE_STATUS_PAGECACHE_USED, &used, &most, 0);
    if (used < 2) std::exit(3);
    if (reserve_page_memory(4 * limits::kMiB)) std::exit(4);
    std::exit(0);
}

TEST(PageMemoryDeathTest, HoldsThePagesOfConnectionsAndCannotComeLater) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto const path = std::filesystem::path(::testing::TempDir()) / "salus_page_memory.db";
    EXPECT_EXIT(open_a_database_in_reserved_memory(path), ::testing::ExitedWithCode(0), "");
    for (auto const* suffix : {"", "-wal"}) std::filesystem::remove(path.string() + suffix);
}

}  // namespace
}  // namespace salus::sqlite
