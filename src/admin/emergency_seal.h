// POST /admin/keys/seal: the emergency seal. One person is enough, because nothing is destroyed; to
// lift it takes who can open the instance's keys on its own machine (docs/decisions/0025).
#pragma once

#include "admin/keys_desk.h"
#include "request/prepared.h"

namespace salus::admin {

// 202. What it prepares is carried out once it is on record. Errc::not_supported where nothing is
// served.
[[nodiscard]] Result<request::Prepared> seal_keys(KeysDesk const& desk);

}  // namespace salus::admin
