// What a key store holds, told without opening a key: for whoever checks a copy of one. Reads only.
// Errors: as sqlite/database.h. Thread safety: one thread at a time.
#pragma once

#include <filesystem>

#include "foundation/strong_id.h"
#include "sqlite/database.h"

namespace salus::keys {

enum class Presence {
    present,
    destroyed,  // a tombstone says that there was one: what it sealed is erased (ENC-5)
    absent,
};

class KeyInventory {
public:
    // Checks the file's structure too, so its time grows with the file. Errc::corrupt when it is
    // damaged or of another tenant or instance.
    static Result<KeyInventory> open(std::filesystem::path const& keys_db, TenantName const& tenant,
                                     std::string const& realm);
    [[nodiscard]] Result<Presence> data_key(CompartmentId const& compartment,
                                            std::uint32_t version);

private:
    KeyInventory(sqlite::Database database, sqlite::Statement state)
        : database_(std::move(database)), state_(std::move(state)) {}

    sqlite::Database database_;
    sqlite::Statement state_;
};

}  // namespace salus::keys
