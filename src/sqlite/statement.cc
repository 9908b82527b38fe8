#include "sqlite/statement.h"

#include <limits>

#include "foundation/check.h"
#include "sqlite/connection.h"

namespace salus::sqlite {

Rows::Rows(Connection& connection, sqlite3_stmt* statement, Result<void> bound)
    : connection_(connection), statement_(statement), bound_(std::move(bound)) {}

Rows::~Rows() {
    // Its result repeats the last step's; the reset itself cannot fail.
    sqlite3_reset(statement_);
}

Result<bool> Rows::next() {
    SALUS_TRY_VOID(bound_);
    int const code = sqlite3_step(statement_);
    SALUS_TRY_VOID(connection_.checked(code));
    return code == SQLITE_ROW;
}

BytesView Rows::bytes(int column) const noexcept {
    auto const* const data =
        static_cast<std::uint8_t const*>(sqlite3_column_blob(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Rows::number(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
}

bool Rows::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Result<void> Statement::check_count(int count) const {
    SALUS_CHECK(sqlite3_bind_parameter_count(statement_.get()) == count);
    return {};
}

Result<void> Statement::bind(int position, BytesView value) {
    if (value.empty()) {
        return connection_->checked(sqlite3_bind_zeroblob(statement_.get(), position, 0));
    }
    return connection_->checked(sqlite3_bind_blob64(statement_.get(), position, value.data(),
                                                    value.size(), nullptr));  // SQLITE_STATIC
}

Result<void> Statement::bind(int position, std::int64_t value) {
    return connection_->checked(sqlite3_bind_int64(statement_.get(), position, value));
}

Result<void> Statement::bind(int position, std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return fail(Errc::invalid, "a number is too large for the database");
    }
    return bind(position, static_cast<std::int64_t>(value));
}

Result<void> Statement::bind(int position, std::nullopt_t) {
    return connection_->checked(sqlite3_bind_null(statement_.get(), position));
}

Result<std::uint64_t> Statement::run_bound(Result<void> bound) {
    auto all = rows(std::move(bound));
    SALUS_TRY(bool const row, all.next());
    SALUS_CHECK(!row);
    return static_cast<std::uint64_t>(sqlite3_changes64(connection_->handle));
}

Rows Statement::rows(Result<void> bound) {
    return {*connection_, statement_.get(), std::move(bound)};
}

}  // namespace salus::sqlite
