// Inside the room: rows of keys.db as values, and back. Errc::corrupt for a form that is never
// written. Values.
#pragma once

#include "keys/key_store.h"

namespace salus::keys {

// Versions and epochs count from 1.
[[nodiscard]] Result<std::uint32_t> counting_number(std::int64_t value);
[[nodiscard]] Result<KeyState> state_of(std::int64_t value);
[[nodiscard]] inline std::int64_t number_of(KeyState state) {
    return static_cast<std::int64_t>(state);
}
[[nodiscard]] inline WallTime time_of(std::int64_t unix_seconds) {
    return WallTime(std::chrono::seconds(unix_seconds));
}
// A tombstone has no key; every other row has one.
[[nodiscard]] std::optional<BytesView> column_of(Bytes const& wrapped);
[[nodiscard]] Result<CompartmentId> compartment_in(sqlite::Rows const& rows, int column);

// The next row; nothing behind the last. Columns: version, state, wrapped.
[[nodiscard]] Result<std::optional<StoredKey>> read_key(sqlite::Rows& rows);
// Columns: id, shard, epoch, state, kek_epoch, wrapped.
[[nodiscard]] Result<std::optional<StoredShardKey>> read_shard_key(sqlite::Rows& rows);

// What was asked for.
[[nodiscard]] Result<RotationOrders> read_orders(sqlite::Database& database);

template <class Row>
[[nodiscard]] Result<std::vector<Row>> read_all(sqlite::Rows& rows,
                                                Result<std::optional<Row>> (*read)(sqlite::Rows&)) {
    std::vector<Row> all;
    while (true) {
        SALUS_TRY(auto row, read(rows));
        if (!row) return all;
        all.push_back(*std::move(row));
    }
}

}  // namespace salus::keys
