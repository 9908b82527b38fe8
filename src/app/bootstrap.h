// The first registrations of a tenant, when nobody is registered who could ask for a token. A token
// is made with the tenant's signing key itself; it lives five minutes, may only register clients,
// and what is done with it goes through the pipeline and on record as the client "salus-init".
#pragma once

#include <string>

#include "app/instance.h"

namespace salus::app {

// POST /admin/clients of this tenant; whether it was registered.
[[nodiscard]] bool register_with_bootstrap_token(Instance& instance,
                                                 pipeline::TenantHouse const& tenant,
                                                 std::string const& registration);

// A further tenant that has no administrator gets the first tenant's, with the same key. False if
// there is none to copy or it is refused.
[[nodiscard]] bool copy_administrator(Instance& instance, pipeline::TenantHouse const& tenant);

}  // namespace salus::app
