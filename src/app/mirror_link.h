// Inside the room: the way to the mirror that [audit.mirror] names, and in strict mode what sends
// each leaf there (AUD-4).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/configuration.h"
#include "foundation/strong_id.h"
#include "http/client.h"
#include "mirror/replication.h"

namespace salus::app {

// Nothing, and `why`, when a certificate or a key cannot be read or used.
[[nodiscard]] std::optional<http::ClientOptions> mirror_client_options(
    MirrorLinkConfiguration const& mirror, std::string& why);

// Of one tenant's log; changes of its state become lines of the operational log and leaves, which
// go to the mirror with the next that anybody waits for. The logs outlive it.
[[nodiscard]] std::shared_ptr<mirror::Replication> start_replication(
    Configuration const& configuration, TenantName const& tenant, audit::Log& log,
    http::ClientOptions options, Log const& operational_log);

}  // namespace salus::app
