// Private to this room: the connection and the one place where SQLite's codes become our errors.
#pragma once

#include <cstddef>
#include <sqlite3.h>

#include "foundation/result.h"
#include "sqlite/statement.h"

namespace salus::sqlite {

struct Connection {
    Connection() = default;
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection();

    // Ok for SQLITE_OK, SQLITE_ROW and SQLITE_DONE; otherwise records the failure.
    Result<void> checked(int code);

    sqlite3* handle = nullptr;
    Failure failure = Failure::none;
    std::size_t wal_pages = 0;
};

}  // namespace salus::sqlite
