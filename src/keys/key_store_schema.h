// Inside the room: the tables of keys.db and how an older format becomes this one
// (docs/formats/key-store.md). Thread safety: as the database.
#pragma once

#include <string>

#include "foundation/clock.h"
#include "foundation/strong_id.h"
#include "sqlite/database.h"

namespace salus::keys {

// Makes the tables, or brings those of an earlier format to format 3, in one transaction.
// Errc::conflict when keys.db is another tenant's or another instance's, Errc::not_supported for a
// later format.
[[nodiscard]] Result<void> prepare_key_store(sqlite::Database& database, TenantName const& tenant,
                                             std::string const& realm, WallTime now);

}  // namespace salus::keys
