// TRN: data in transit. What the listener speaks is seen only from outside: `salus check` probes it
// (control_probes.h) and completes these lines.
#include <filesystem>
#include <fmt/format.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "app/pem_bytes.h"
#include "crypto/certificate.h"
#include "crypto/tls.h"

namespace salus::app {
namespace {

std::string listener(EvidenceContext const& context) {
    if (context.server == nullptr) return "stopped: nothing listens";
    auto const statistics = context.server->statistics();
    return fmt::format("port {}: {} connections open, {} accepted, {} handshakes refused",
                       context.server->port(), statistics.connections,
                       statistics.connections_accepted, statistics.handshakes_failed);
}

}  // namespace

Finding transport_protocols(EvidenceContext const& context) {
    auto const pem = read_file(context.sources.configuration.server.certificate, kPemBytes);
    if (!pem) return broken("the server certificate's file cannot be read");
    auto const expiry = crypto::certificate_expiry(text_of(*pem));
    if (!expiry) return broken("the server certificate cannot be parsed");
    auto const left =
        std::chrono::floor<std::chrono::days>(*expiry - context.sources.clock.now()).count();
    auto evidence = fmt::format("certificate ends {}, {} days left; {}", to_instant(*expiry), left,
                                listener(context));
    if (left < 0) return broken(std::move(evidence));
    return partly(std::move(evidence));
}

Finding strict_transport(EvidenceContext const& context) {
    auto const& url = context.sources.configuration.server.public_url;
    return partly(fmt::format("every link begins with {}; {}", url, listener(context)));
}

Finding outbound_trust(EvidenceContext const& context) {
    Layout const layout{context.sources.configuration.directory};
    auto const authority = read_file(layout.authority(), kPemBytes);
    if (!authority) return broken("tls/ca.crt cannot be read");
    bool const ours = crypto::TlsClientContext::make(text_of(*authority)).has_value();
    bool const nobody = crypto::TlsClientContext::make("").has_value();
    return works_if(ours && !nobody,
                    fmt::format("the command line trusts tls/ca.crt alone ({}); without an "
                                "authority it {} to connect",
                                ours ? "usable" : "unusable", nobody ? "agrees" : "refuses"));
}

Finding certificate_reload(EvidenceContext const& context) {
    std::error_code error;
    auto const& path = context.sources.configuration.server.certificate;
    auto const written = std::filesystem::last_write_time(path, error);
    if (error) return broken("the server certificate's file cannot be read");
    auto const time = std::chrono::time_point_cast<std::chrono::nanoseconds>(
        std::chrono::file_clock::to_sys(written));
    bool const changed = time > context.opened;
    return partly(fmt::format("file written {}, instance opened {}{}", to_instant(time),
                              to_instant(context.opened),
                              changed ? ": the file was written since" : ""));
}

}  // namespace salus::app
