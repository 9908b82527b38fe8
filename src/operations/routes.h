// What can be told of a request from its target alone, before anything is parsed in earnest.
#pragma once

#include <optional>

#include "foundation/strong_id.h"
#include "http/message.h"
#include "minimum_necessary/narrowing.h"
#include "request/permit.h"

namespace salus::operations {

enum class Ability { serves, serves_degraded, refuses, sealed };
// GET /health and /readyz: whether requests can be served at all: 200 with "pass", or with "warn"
// while checkpoints of the audit log fail or something was found that people must look at; 503
// while no audit record can be made or the instance is sealed. Holds no ePHI and is not recorded,
// because it must answer when nothing can be. GET /livez: 200 as long as the process serves
// connections, whatever its state.
enum class Probe { health, live, ready };
[[nodiscard]] std::optional<Probe> probe_in(http::Request const& request);
[[nodiscard]] http::Response health(Probe probe, Ability ability);
// Path and query, without the /t/NAME of a tenant.
[[nodiscard]] std::string_view path_below_tenant(http::Request const& request);
// NAME of /t/NAME/...; the default tenant's name is empty here.
[[nodiscard]] std::optional<TenantName> tenant_in(http::Request const& request);
[[nodiscard]] minimum_necessary::ErrorForm error_form(http::Request const& request);
// Searches, bundles and large bodies take longer than an event loop should wait: to read, and to
// do.
[[nodiscard]] bool belongs_on_a_worker(http::Request const& request);
[[nodiscard]] bool belongs_on_a_worker(request::Permit const& permit);

}  // namespace salus::operations
