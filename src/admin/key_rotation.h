// GET /admin/keys: the state of a tenant's keys: ages, epochs, progress; never a key.
// POST /admin/keys/rotation: {"rotate": KIND}, {"paused": true} or {"paused": false}. It notes an
// order in the key store, where it survives a restart; app::KeyRotationJob does the work and
// records each of its steps. Both answer with the state. ENC-4, KEY-3.
#pragma once

#include "foundation/clock.h"
#include "json/document.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::admin {

[[nodiscard]] Result<request::Prepared> key_status(request::Tenant const& tenant,
                                                   Clock const& clock);
// The one place where a rotation on demand begins. Errc::invalid for anything but the three bodies.
[[nodiscard]] Result<request::Prepared> order_rotation(request::Tenant const& tenant,
                                                       Clock const& clock, json::Parser& parser,
                                                       request::Exchange& exchange);

}  // namespace salus::admin
