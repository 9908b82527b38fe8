// Inside the room: the policy that a tenant starts with (AZ-8).
#pragma once

#include <memory>

#include "app/configuration.h"
#include "authorization/policy_in_force.h"
#include "crypto/random.h"
#include "foundation/log.h"
#include "records/compartment_index.h"
#include "request/tenant.h"

namespace salus::app {

// The version that was activated last, or the configuration's policy: where none was, or where
// [authorization] source says so. Errc::unprocessable: this server does not understand the version.
[[nodiscard]] Result<std::unique_ptr<authorization::PolicyInForce>> policy_at_start(
    request::Tenant const& tenant, Configuration const& configuration, crypto::Random& random,
    records::IndexCache& cache, Log const& log);

}  // namespace salus::app
