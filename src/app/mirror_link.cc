#include "app/mirror_link.h"

#include "app/instance.h"
#include "app/signing_leaf.h"
#include "app/tls_link.h"
#include "mirror/connection.h"

namespace salus::app {
namespace {

void tell(TenantName const& tenant, audit::Log& log, Log const& operational_log,
          mirror::Replication::Status const& status, std::uint64_t lost_before) {
    if (status.lost > lost_before) {
        operational_log.write(LogLevel::error, "audit.mirror_lost", field("tenant", tenant),
                              field("leaves", status.lost - lost_before));
    }
    bool const well = status.state == transparency::SigningState::ok;
    auto const state = well ? Literal("strict mirror OK") : Literal("strict mirror CLOSED");
    operational_log.write(well ? LogLevel::info : LogLevel::error, "audit.mirror_strict",
                          field("tenant", tenant), field("state", state),
                          field("acknowledged", status.size), field("why", status.why));
    record_signing_state(log, tenant, state, well ? audit::Outcome::ok : audit::Outcome::error,
                         status.size);
}

}  // namespace

std::optional<http::ClientOptions> mirror_client_options(MirrorLinkConfiguration const& mirror,
                                                         std::string& why) {
    auto peer = tls_peer(mirror.link, "audit.mirror", why);
    if (!peer) return std::nullopt;
    return http::ClientOptions{.host = std::move(peer->host),
                               .port = peer->port,
                               .authorities_pem = std::move(peer->authorities_pem),
                               .server_key = peer->server_key,
                               .identity = std::move(peer->identity),
                               .timeout = mirror.link.timeout,
                               .response_bytes = transparency::kNoteBytesMost};
}

std::shared_ptr<mirror::Replication> start_replication(Configuration const& configuration,
                                                       TenantName const& tenant, audit::Log& log,
                                                       http::ClientOptions options,
                                                       Log const& operational_log) {
    auto report = [&log, &operational_log, tenant,
                   lost = std::uint64_t{0}](mirror::Replication::Status const& status) mutable {
        tell(tenant, log, operational_log, status, lost);
        lost = status.lost;
    };
    return std::make_shared<mirror::Replication>(
        mirror::Replication::Options{.directory = Layout{configuration.directory}.audit(tenant),
                                     .origin = audit_origin(configuration.realm, tenant),
                                     .patience = configuration.audit.mirror->acknowledge_within},
        log, std::make_unique<mirror::Connection>(std::move(options)), std::move(report));
}

}  // namespace salus::app
