// A directory of its own for a test's store, removed at the end. Included by tests only.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "foundation/clock.h"
#include "foundation/file.h"
#include "foundation/log.h"
#include "store/embedded/embedded_store.h"

namespace salus::store::embedded {

class StoreDirectory {
public:
    StoreDirectory() {
        std::string name = std::string(::testing::TempDir()) + "salus_store_XXXXXX";
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~StoreDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    StoreDirectory(StoreDirectory const&) = delete;
    StoreDirectory& operator=(StoreDirectory const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file() const { return path_ / "store.db"; }
    Result<std::unique_ptr<Store>> open() { return open_embedded_store(file(), log_); }

private:
    std::filesystem::path path_;
    SystemClock clock_;
    Log log_{clock_, 2, LogLevel::error};
};

}  // namespace salus::store::embedded
