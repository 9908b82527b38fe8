// What a restore needs of retired keys (ENC-4): a store that came back from an older backup holds
// records under data keys that were retired since. They are made to open again, each on record, and
// the rotation seals those records anew and retires the keys once more.
#pragma once

#include <filesystem>
#include <span>

#include "audit_controls/rotation_record.h"
#include "foundation/result.h"
#include "request/tenant.h"

namespace salus::app {

// The mark that a restore leaves: the store may be older than the keys. Durable when it returns.
[[nodiscard]] Result<void> mark_restored(std::filesystem::path const& mark);

// Patients that were erased after that store was backed up: its log does not tell of it, the later
// keys do, and the store is about to lose what it has of them. Before the tenant is served.
[[nodiscard]] Result<void> record_later_erasures(request::Tenant const& tenant,
                                                 std::span<CompartmentId const> destroyed);
// Before the tenant is served. Reads the places of what is sealed under keys that were retired, and
// repeating it changes nothing more. Errors of keys, store and log.
[[nodiscard]] Result<void> readmit_keys_in_use(request::Tenant const& tenant);

}  // namespace salus::app
