#include "sqlite/database.h"

#include <gtest/gtest.h>

namespace salus::sqlite {
namespace {
TEST(DatabaseTest, Opens) {
    auto const path = std::filesystem::path(::testing::TempDir()) / "salus_sqlite_test.db";
    std::filesystem::remove(path);
    auto database = Database::open(path, {});
    ASSERT_TRUE(database) << database.error().why.text();
}
}  // namespace
}  // namespace salus::sqlite
