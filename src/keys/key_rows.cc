#include "keys/key_rows.h"

#include <algorithm>
#include <limits>

namespace salus::keys {
namespace {

constexpr Literal kBadRow = "a row of the key store has a wrong form";

Bytes copy_of(BytesView bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

Result<std::uint32_t> counting_number(std::int64_t value) {
    if (value < 1 || value > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::corrupt, kBadRow);
    }
    return static_cast<std::uint32_t>(value);
}

Result<KeyState> state_of(std::int64_t value) {
    if (value < 1 || value > 5) return fail(Errc::corrupt, kBadRow);
    return static_cast<KeyState>(value);
}

std::optional<BytesView> column_of(Bytes const& wrapped) {
    if (wrapped.empty()) return std::nullopt;
    return BytesView(wrapped);
}

Result<std::optional<StoredKey>> read_key(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto const version, counting_number(rows.number(0)));
    SALUS_TRY(auto const state, state_of(rows.number(1)));
    return StoredKey{.version = version, .state = state, .wrapped = copy_of(rows.bytes(2))};
}

Result<std::optional<StoredShardKey>> read_shard_key(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    if (rows.bytes(0).size() != sizeof(KeyId::Array)) return fail(Errc::corrupt, kBadRow);
    auto const shard = rows.number(1);
    if (shard < 0 || shard > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::corrupt, kBadRow);
    }
    SALUS_TRY(auto const epoch, counting_number(rows.number(2)));
    SALUS_TRY(auto const state, state_of(rows.number(3)));
    SALUS_TRY(auto const kek_epoch, counting_number(rows.number(4)));
    return StoredShardKey{.id = KeyId::from(rows.bytes(0)),
                          .shard = static_cast<std::uint32_t>(shard),
                          .epoch = epoch,
                          .state = state,
                          .kek_epoch = kek_epoch,
                          .wrapped = copy_of(rows.bytes(5))};
}

Result<CompartmentId> compartment_in(sqlite::Rows const& rows, int column) {
    auto const bytes = rows.bytes(column);
    if (bytes.size() != sizeof(CompartmentId::Array)) return fail(Errc::corrupt, kBadRow);
    return CompartmentId::from(bytes);
}

Result<RotationOrders> read_orders(sqlite::Database& database) {
    RotationOrders orders;
    SALUS_TRY(auto const paused, database.number("SELECT rotation_paused FROM key_store"));
    orders.paused = paused != 0;
    SALUS_TRY(auto select, database.prepare("SELECT kind, older_than FROM rotation_request"));
    auto rows = select.query();
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return orders;
        auto const number = rows.number(0);
        auto const kind = std::ranges::find_if(kRotationKinds, [number](RotationKind candidate) {
            return static_cast<std::int64_t>(candidate) == number;
        });
        if (kind == std::ranges::end(kRotationKinds)) {
            return fail(Errc::corrupt, "a rotation of an unknown kind was asked for");
        }
        orders.requests.push_back({.kind = *kind, .older_than = time_of(rows.number(1))});
    }
}

}  // namespace salus::keys
