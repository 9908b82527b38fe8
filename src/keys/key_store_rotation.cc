#include "keys/key_rows.h"

namespace salus::keys {
namespace {

constexpr Literal kChanged = "a key changed while it was being re-wrapped";

Result<std::uint64_t> first_number(sqlite::Rows&& rows) {
    SALUS_TRY(bool const found, rows.next());
    return found ? rows.unsigned_number(0) : 0;
}

// Columns: epoch, created, whether it is destroyed.
Result<std::optional<StoredKek>> read_kek(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto const epoch, counting_number(rows.number(0)));
    return StoredKek{
        .epoch = epoch, .created = time_of(rows.number(1)), .is_destroyed = rows.number(2) != 0};
}

// Columns: version, state, wrapped, compartment.
Result<std::optional<StoredDataKey>> read_data_key(sqlite::Rows& rows) {
    SALUS_TRY(auto key, read_key(rows));
    if (!key) return std::nullopt;
    SALUS_TRY(auto const compartment, compartment_in(rows, 3));
    return StoredDataKey{.compartment = compartment, .key = *std::move(key)};
}

// Columns: version, state, wrapped, purpose.
Result<std::optional<StoredPurposeKey>> read_purpose_key(sqlite::Rows& rows) {
    SALUS_TRY(auto key, read_key(rows));
    if (!key) return std::nullopt;
    return StoredPurposeKey{.purpose = static_cast<std::uint8_t>(rows.number(3)),
                            .key = *std::move(key)};
}

Result<std::optional<CompartmentId>> read_compartment(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto const compartment, compartment_in(rows, 0));
    return compartment;
}

// Columns: compartment, version.
Result<std::optional<DataKeyVersion>> read_version(sqlite::Rows& rows) {
    SALUS_TRY(auto const compartment, read_compartment(rows));
    if (!compartment) return std::nullopt;
    SALUS_TRY(auto const version, counting_number(rows.number(1)));
    return DataKeyVersion{.compartment = *compartment, .version = version};
}

}  // namespace

Result<std::vector<StoredKek>> KeyStore::keks() {
    SALUS_TRY(auto select,
              database_.prepare("SELECT epoch, created, destroyed IS NOT NULL FROM kek "
                                "ORDER BY epoch"));
    auto rows = select.query();
    return read_all(rows, read_kek);
}

Result<void> KeyStore::add_kek(std::uint32_t epoch, WallTime now) {
    SALUS_TRY(auto insert, database_.prepare("INSERT INTO kek (epoch, created) VALUES (?1, ?2)"));
    SALUS_TRY_VOID(insert.run(std::int64_t{epoch}, to_unix_seconds(now)));
    return {};
}

Result<void> KeyStore::mark_kek_destroyed(std::uint32_t epoch, WallTime now) {
    SALUS_TRY(auto update, database_.prepare("UPDATE kek SET destroyed = ?2 WHERE epoch = ?1"));
    SALUS_TRY_VOID(update.run(std::int64_t{epoch}, to_unix_seconds(now)));
    return {};
}

Result<void> KeyStore::use_kek(std::uint32_t epoch) {
    SALUS_TRY(auto update, database_.prepare("UPDATE key_store SET kek_epoch = ?1"));
    SALUS_TRY_VOID(update.run(std::int64_t{epoch}));
    kek_epoch_ = epoch;
    return {};
}

Result<std::uint64_t> KeyStore::count_shard_keys_under(std::uint32_t kek_epoch) {
    SALUS_TRY(auto select, database_.prepare("SELECT count(*) FROM shard_key "
                                             "WHERE kek_epoch = ?1 AND state <> 3"));
    return first_number(select.query(std::int64_t{kek_epoch}));
}

Result<std::vector<StoredShardKey>> KeyStore::shard_keys_under_other_keks(std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key "
                                "WHERE kek_epoch <> ?1 AND state <> 3 LIMIT ?2"));
    auto rows = select.query(std::int64_t{kek_epoch_}, std::uint64_t{count_max});
    return read_all(rows, read_shard_key);
}

Result<std::uint64_t> KeyStore::count_shard_keys_under_other_keks() {
    SALUS_TRY(auto select, database_.prepare("SELECT count(*) FROM shard_key "
                                             "WHERE kek_epoch <> ?1 AND state <> 3"));
    return first_number(select.query(std::int64_t{kek_epoch_}));
}

Result<std::vector<StoredShardKey>> KeyStore::shard_keys_of(std::uint32_t shard) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key "
                                "WHERE shard = ?1 AND state <> 3 ORDER BY epoch"));
    auto rows = select.query(std::int64_t{shard});
    return read_all(rows, read_shard_key);
}

Result<void> KeyStore::replace_shard_key(StoredShardKey const& from, StoredShardKey const& to) {
    SALUS_TRY(auto update,
              database_.prepare("UPDATE shard_key SET state = ?2, kek_epoch = ?3, wrapped = ?4 "
                                "WHERE id = ?1 AND wrapped = ?5"));
    SALUS_TRY(auto const changed,
              update.run(to.id.bytes(), number_of(to.state), std::int64_t{to.kek_epoch},
                         column_of(to.wrapped), BytesView(from.wrapped)));
    if (changed != 1) return fail(Errc::conflict, kChanged);
    return {};
}

Result<std::vector<StoredDataKey>> KeyStore::data_keys_under(KeyId const& shard_key,
                                                             std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT version, state, wrapped, compartment FROM data_key "
                                "WHERE substr(wrapped, 5, 16) = ?1 AND wrapped IS NOT NULL "
                                "LIMIT ?2"));
    auto rows = select.query(shard_key.bytes(), std::uint64_t{count_max});
    return read_all(rows, read_data_key);
}

Result<std::vector<StoredPurposeKey>> KeyStore::purpose_keys_under(KeyId const& shard_key,
                                                                   std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT version, state, wrapped, purpose FROM purpose_key "
                                "WHERE substr(wrapped, 5, 16) = ?1 LIMIT ?2"));
    auto rows = select.query(shard_key.bytes(), std::uint64_t{count_max});
    return read_all(rows, read_purpose_key);
}

Result<std::uint64_t> KeyStore::count_keys_under(KeyId const& shard_key) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT (SELECT count(*) FROM data_key "
                                "WHERE substr(wrapped, 5, 16) = ?1 AND wrapped IS NOT NULL) + "
                                "(SELECT count(*) FROM purpose_key "
                                "WHERE substr(wrapped, 5, 16) = ?1)"));
    return first_number(select.query(shard_key.bytes()));
}

Result<std::vector<StoredKey>> KeyStore::data_keys_of(CompartmentId const& compartment) {
    SALUS_TRY(auto select, database_.prepare("SELECT version, state, wrapped FROM data_key "
                                             "WHERE compartment = ?1 ORDER BY version"));
    auto rows = select.query(compartment.bytes());
    return read_all(rows, read_key);
}

Result<std::vector<StoredKey>> KeyStore::purpose_keys_of(std::uint8_t purpose) {
    SALUS_TRY(auto select, database_.prepare("SELECT version, state, wrapped FROM purpose_key "
                                             "WHERE purpose = ?1 ORDER BY version"));
    auto rows = select.query(std::int64_t{purpose});
    return read_all(rows, read_key);
}

Result<void> KeyStore::replace_data_key(CompartmentId const& compartment, StoredKey const& key) {
    SALUS_TRY(auto update, database_.prepare("UPDATE data_key SET state = ?3, wrapped = ?4 "
                                             "WHERE compartment = ?1 AND version = ?2"));
    SALUS_TRY(auto const changed, update.run(compartment.bytes(), std::int64_t{key.version},
                                             number_of(key.state), column_of(key.wrapped)));
    if (changed != 1) return fail(Errc::conflict, kChanged);
    return {};
}

Result<void> KeyStore::replace_purpose_key(std::uint8_t purpose, StoredKey const& key) {
    SALUS_TRY(auto update, database_.prepare("UPDATE purpose_key SET state = ?3, wrapped = ?4 "
                                             "WHERE purpose = ?1 AND version = ?2"));
    SALUS_TRY(auto const changed, update.run(std::int64_t{purpose}, std::int64_t{key.version},
                                             number_of(key.state), column_of(key.wrapped)));
    if (changed != 1) return fail(Errc::conflict, kChanged);
    return {};
}

Result<std::vector<CompartmentId>> KeyStore::data_keys_older_than(WallTime then,
                                                                  std::size_t count_max) {
    SALUS_TRY(auto select, database_.prepare("SELECT compartment FROM data_key "
                                             "WHERE state = 1 AND created < ?1 "
                                             "ORDER BY created LIMIT ?2"));
    auto rows = select.query(to_unix_seconds(then), std::uint64_t{count_max});
    return read_all(rows, read_compartment);
}

Result<std::vector<DataKeyVersion>> KeyStore::decrypt_only_data_keys(DataKeyVersion const& after,
                                                                     std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT compartment, version FROM data_key "
                                "WHERE state = 2 AND (compartment, version) > (?1, ?2) "
                                "ORDER BY compartment, version LIMIT ?3"));
    auto rows = select.query(after.compartment.bytes(), std::int64_t{after.version},
                             std::uint64_t{count_max});
    return read_all(rows, read_version);
}

// By the index over the time, which ends with the primary key.
Result<std::vector<DataKeyVersion>> KeyStore::retired_data_keys(WallTime then,
                                                                DataKeyVersion const& after,
                                                                std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT compartment, version FROM data_key "
                                "WHERE state = 5 AND retired < ?1 "
                                "AND (retired, compartment, version) > (coalesce((SELECT retired "
                                "FROM data_key WHERE compartment = ?2 AND version = ?3), -1), "
                                "?2, ?3) ORDER BY retired, compartment, version LIMIT ?4"));
    auto rows = select.query(to_unix_seconds(then), after.compartment.bytes(),
                             std::int64_t{after.version}, std::uint64_t{count_max});
    return read_all(rows, read_version);
}

Result<void> KeyStore::set_retired(CompartmentId const& compartment, std::uint32_t version,
                                   WallTime when) {
    SALUS_TRY(auto update, database_.prepare("UPDATE data_key SET retired = ?3 "
                                             "WHERE compartment = ?1 AND version = ?2"));
    SALUS_TRY_VOID(update.run(compartment.bytes(), std::int64_t{version}, to_unix_seconds(when)));
    return {};
}

Result<void> KeyStore::add_request(RotationRequest const& request) {
    SALUS_TRY(auto insert,
              database_.prepare("INSERT INTO rotation_request (kind, older_than) VALUES (?1, ?2) "
                                "ON CONFLICT (kind) DO UPDATE SET "
                                "older_than = max(older_than, excluded.older_than)"));
    SALUS_TRY_VOID(
        insert.run(static_cast<std::int64_t>(request.kind), to_unix_seconds(request.older_than)));
    return {};
}

Result<RotationOrders> KeyStore::orders() {
    return read_orders(database_);
}

Result<void> KeyStore::set_paused(bool paused) {
    SALUS_TRY(auto update, database_.prepare("UPDATE key_store SET rotation_paused = ?1"));
    SALUS_TRY_VOID(update.run(std::int64_t{paused ? 1 : 0}));
    return {};
}

}  // namespace salus::keys
