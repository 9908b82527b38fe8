#include "keys/key_rotation_status.h"

#include <map>

#include "keys/key_rows.h"

namespace salus::keys {
namespace {

Result<void> read_keks(sqlite::Database& database, RotationStatus& status) {
    SALUS_TRY(auto select, database.prepare("SELECT epoch, created, destroyed IS NOT NULL, "
                                            "(SELECT kek_epoch FROM key_store), "
                                            "(SELECT count(*) FROM shard_key "
                                            "WHERE kek_epoch = kek.epoch AND state <> 3) "
                                            "FROM kek ORDER BY epoch"));
    auto rows = select.query();
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return {};
        SALUS_TRY(auto const epoch, counting_number(rows.number(0)));
        SALUS_TRY(auto const present, counting_number(rows.number(3)));
        auto state = epoch > present ? KeyState::pre_active : KeyState::active;
        if (epoch < present) state = KeyState::decrypt_only;
        if (rows.number(2) != 0) state = KeyState::destroyed;
        status.keks.push_back({.epoch = epoch,
                               .state = state,
                               .created = time_of(rows.number(1)),
                               .shard_keys = rows.unsigned_number(4)});
    }
}

// How many keys each shard key wraps, by its id.
Result<std::map<Bytes, std::uint64_t>> read_wrapped_counts(sqlite::Database& database) {
    SALUS_TRY(auto select,
              database.prepare("SELECT substr(wrapped, 5, 16), count(*) FROM data_key "
                               "WHERE wrapped IS NOT NULL GROUP BY substr(wrapped, 5, 16) "
                               "UNION ALL SELECT substr(wrapped, 5, 16), count(*) "
                               "FROM purpose_key WHERE wrapped IS NOT NULL "
                               "GROUP BY substr(wrapped, 5, 16)"));
    auto rows = select.query();
    std::map<Bytes, std::uint64_t> counts;
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return counts;
        auto const id = rows.bytes(0);
        counts[Bytes(id.begin(), id.end())] += rows.unsigned_number(1);
    }
}

Result<void> read_shard_keys(sqlite::Database& database, RotationStatus& status) {
    SALUS_TRY(auto const counts, read_wrapped_counts(database));
    SALUS_TRY(auto select,
              database.prepare("SELECT shard, epoch, state, created, kek_epoch, id FROM shard_key "
                               "WHERE state <> 3 ORDER BY shard, epoch"));
    auto rows = select.query();
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return {};
        SALUS_TRY(auto const epoch, counting_number(rows.number(1)));
        SALUS_TRY(auto const state, state_of(rows.number(2)));
        SALUS_TRY(auto const kek_epoch, counting_number(rows.number(4)));
        auto const id = rows.bytes(5);
        auto const found = counts.find(Bytes(id.begin(), id.end()));
        status.shard_keys.push_back({.shard = static_cast<std::uint32_t>(rows.number(0)),
                                     .epoch = epoch,
                                     .state = state,
                                     .created = time_of(rows.number(3)),
                                     .kek_epoch = kek_epoch,
                                     .keys = found == counts.end() ? 0 : found->second});
    }
}

Result<void> read_data_keys(sqlite::Database& database, RotationStatus& status) {
    SALUS_TRY(auto select, database.prepare("SELECT version, state, count(*), min(created), "
                                            "min(retired), max(retired) FROM data_key GROUP BY "
                                            "version, state ORDER BY version, state"));
    auto rows = select.query();
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return {};
        SALUS_TRY(auto const version, counting_number(rows.number(0)));
        SALUS_TRY(auto const state, state_of(rows.number(1)));
        status.data_keys.push_back({.version = version,
                                    .state = state,
                                    .keys = rows.unsigned_number(2),
                                    .oldest = time_of(rows.number(3)),
                                    .first_retired = time_of(rows.number(4)),
                                    .last_retired = time_of(rows.number(5))});
    }
}

Result<void> read_purpose_keys(sqlite::Database& database, RotationStatus& status) {
    SALUS_TRY(auto select, database.prepare("SELECT purpose, version, state, created "
                                            "FROM purpose_key ORDER BY purpose, version"));
    auto rows = select.query();
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return {};
        SALUS_TRY(auto const version, counting_number(rows.number(1)));
        SALUS_TRY(auto const state, state_of(rows.number(2)));
        status.purpose_keys.push_back({.purpose = static_cast<Purpose>(rows.number(0)),
                                       .version = version,
                                       .state = state,
                                       .created = time_of(rows.number(3))});
    }
}

}  // namespace

Result<RotationStatus> read_rotation_status(std::filesystem::path const& directory) {
    SALUS_TRY(auto database,
              sqlite::Database::open(directory / "keys.db", {.access = sqlite::Access::read_only}));
    RotationStatus status;
    SALUS_TRY_VOID(read_keks(database, status));
    SALUS_TRY_VOID(read_shard_keys(database, status));
    SALUS_TRY_VOID(read_data_keys(database, status));
    SALUS_TRY_VOID(read_purpose_keys(database, status));
    SALUS_TRY(status.orders, read_orders(database));
    return status;
}

}  // namespace salus::keys
