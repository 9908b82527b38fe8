// GET /admin/keys: the state of a tenant's keys: ages, epochs, progress; never a key.
// POST /admin/keys/rotation: {"rotate": KIND}, {"paused": true} or {"paused": false}. It notes an
// order in the key store, where it survives a restart; app::KeyRotationJob does the work and
// records each of its steps. Once there are custodians, an order carries the signature of one whose
// role is `rotate`: "custodian", "before" and "signature" (keys/dual_control/rotation_order.h).
// Both answer with the state. ENC-4, KEY-1, KEY-3.
#pragma once

#include "admin/keys_desk.h"
#include "request/prepared.h"

namespace salus::admin {

[[nodiscard]] Result<request::Prepared> key_status(KeysDesk const& desk);
// The one place where a rotation on demand begins. Errc::invalid for anything but the three bodies,
// Errc::forbidden as RotationOrder::judge.
[[nodiscard]] Result<request::Prepared> order_rotation(KeysDesk const& desk,
                                                       request::Exchange& exchange);

}  // namespace salus::admin
