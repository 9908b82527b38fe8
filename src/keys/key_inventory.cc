#include "keys/key_inventory.h"

namespace salus::keys {

Result<KeyInventory> KeyInventory::open(std::filesystem::path const& keys_db,
                                        TenantName const& tenant, std::string const& realm) {
    SALUS_TRY(auto database,
              sqlite::Database::open(keys_db, {.access = sqlite::Access::read_only}));
    SALUS_TRY_VOID(database.check());
    {
        SALUS_TRY(auto owner, database.prepare("SELECT tenant, realm FROM key_store"));
        auto rows = owner.query();
        SALUS_TRY(bool const found, rows.next());
        if (!found || text_of(rows.bytes(0)) != tenant.text() || text_of(rows.bytes(1)) != realm) {
            return fail(Errc::corrupt, "the key store is another tenant's");
        }
    }
    SALUS_TRY(auto state, database.prepare("SELECT wrapped IS NULL FROM data_key "
                                           "WHERE compartment = ?1 AND version = ?2"));
    return KeyInventory(std::move(database), std::move(state));
}

Result<Presence> KeyInventory::data_key(CompartmentId const& compartment, std::uint32_t version) {
    auto rows = state_.query(compartment.bytes(), std::int64_t{version});
    SALUS_TRY(bool const found, rows.next());
    if (!found) return Presence::absent;
    return rows.number(0) != 0 ? Presence::destroyed : Presence::present;
}

}  // namespace salus::keys
