// A prepared statement. Parameters are ?1, ?2 ...: blobs, integers, or null.
//
//   SALUS_TRY_VOID(remove.run(address.bytes()));
//
//   auto rows = select.query(address.bytes());   // resets the statement when it dies
//   SALUS_TRY(bool const found, rows.next());
//   if (found) use(rows.bytes(0), rows.number(1));
//
// Blobs are borrowed, not copied: they stand until run() returns or the Rows die. One Rows of a
// statement at a time. Thread safety: as its Database.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>

#include "foundation/bytes.h"
#include "foundation/result.h"

struct sqlite3_stmt;

namespace salus::sqlite {

// What SQLite refused for; finer than Errc, for those who decide whether to go on.
enum class Failure { none, constraint, disk_full, busy, read_only, input_output, corrupt, other };

struct Connection;

// The rows of one query. While it lives, the statement holds its read view.
class Rows {
public:
    Rows(Rows&&) = delete;
    ~Rows();
    // False when there are no more.
    Result<bool> next();
    // Valid until the next call of next(). A null reads as empty, or 0.
    [[nodiscard]] BytesView bytes(int column) const noexcept;
    [[nodiscard]] std::int64_t number(int column) const noexcept;
    // REQUIRES: the column was written from a u64 by run().
    [[nodiscard]] std::uint64_t unsigned_number(int column) const noexcept {
        return static_cast<std::uint64_t>(number(column));
    }
    [[nodiscard]] bool is_null(int column) const noexcept;

private:
    friend class Statement;
    Rows(Connection& connection, sqlite3_stmt* statement, Result<void> bound);
    Connection& connection_;
    sqlite3_stmt* statement_;
    Result<void> bound_;
};

class Statement {
public:
    Statement(Statement&&) noexcept = default;
    Statement& operator=(Statement&&) noexcept = default;

    // Runs to the end; for statements that return no rows. Returns the number of rows changed.
    template <class... Values>
    Result<std::uint64_t> run(Values const&... values) {
        auto bound = bind_all(values...);
        return run_bound(std::move(bound));
    }
    template <class... Values>
    [[nodiscard]] Rows query(Values const&... values) {
        auto bound = bind_all(values...);
        return rows(std::move(bound));
    }

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Statement(Connection& connection, sqlite3_stmt* statement)
        : connection_(&connection), statement_(statement) {}

    template <class... Values>
    Result<void> bind_all(Values const&... values) {
        Result<void> bound = check_count(static_cast<int>(sizeof...(values)));
        int position = 0;
        ((bound = bound ? bind(++position, values) : std::move(bound)), ...);
        return bound;
    }
    Result<void> check_count(int count) const;
    Result<void> bind(int position, BytesView value);
    Result<void> bind(int position, std::int64_t value);
    // Errc::invalid beyond 2^63 - 1, which SQLite cannot hold.
    Result<void> bind(int position, std::uint64_t value);
    Result<void> bind(int position, std::nullopt_t value);
    // Constrained, so that a Bytes converts to the view and not to this.
    template <std::same_as<std::optional<BytesView>> Value>
    Result<void> bind(int position, Value const& value) {
        return value ? bind(position, *value) : bind(position, std::nullopt);
    }
    Result<std::uint64_t> run_bound(Result<void> bound);
    Rows rows(Result<void> bound);

    Connection* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace salus::sqlite
