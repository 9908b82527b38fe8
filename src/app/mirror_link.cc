#include "app/mirror_link.h"

#include "app/instance.h"
#include "app/signing_leaf.h"
#include "foundation/file.h"
#include "mirror/connection.h"

namespace salus::app {
namespace {

constexpr std::size_t kPemBytes = std::size_t{256} * 1024;

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

std::optional<http::ClientOptions> mirror_client_options(MirrorLinkConfiguration const& link,
                                                         std::string& why) {
    auto const authorities = read_file(link.authorities, kPemBytes);
    auto const chain = read_file(link.certificate, kPemBytes);
    auto key = read_file(link.certificate_key, kPemBytes);
    if (!authorities || !chain || !key) {
        why = "audit.mirror: authorities, certificate or certificate_key cannot be read";
        return std::nullopt;
    }
    auto identity = std::make_shared<crypto::TlsIdentity>(std::string(text_of(*chain)),
                                                          SecretBytes(BytesView(*key)));
    scrub(*key);
    std::string authorities_pem(text_of(*authorities));
    if (!crypto::TlsClientContext::make(authorities_pem, *identity)) {
        why = "audit.mirror: authorities, certificate and certificate_key cannot be used";
        return std::nullopt;
    }
    return http::ClientOptions{.host = link.host,
                               .port = link.port,
                               .authorities_pem = std::move(authorities_pem),
                               .server_key = link.server_key,
                               .identity = std::move(identity),
                               .timeout = link.timeout,
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
