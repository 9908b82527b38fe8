// Inside the room: what a server has in common, whether the instance is open or sealed.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include "app/configuration.h"
#include "app/instance.h"
#include "http/server.h"

namespace salus::app {

// Whether a server asks its clients for theirs (RFC 8705).
enum class ClientCertificates : std::uint8_t { not_asked, asked };
struct Listening {
    http::Server& server;
    ClientCertificates client_certificates = ClientCertificates::not_asked;
};

using Certificate = std::shared_ptr<crypto::TlsServerContext const>;
// Nothing, and `why` for the operator.
[[nodiscard]] Certificate load_certificate(
    ServerConfiguration const& server, std::string& why,
    ClientCertificates client_certificates = ClientCertificates::not_asked);
// Another port for this run: the public address follows if it names the configured one.
void move_to_port(ServerConfiguration& server, int port);
// SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2. To be blocked before any thread starts, so that
// sigwait alone receives them.
[[nodiscard]] sigset_t handled_signals();
// run/address, for the commands.
[[nodiscard]] bool write_address(Layout const& layout, ServerConfiguration const& configuration,
                                 http::Server const& server);
// What the operator asks for by signals.
struct OnSignal {
    std::function<void()> make_checkpoint;  // SIGUSR1: of the audit logs
    std::function<void()> reconcile;        // SIGUSR2: store and audit logs
    std::function<void()> reload;           // SIGHUP, beside the certificates: lists of networks
};
// Until SIGINT or SIGTERM; SIGHUP reads the certificate again.
void wait_for_the_end(ServerConfiguration const& configuration, Log const& log,
                      std::vector<Listening> const& servers, sigset_t const& signals,
                      OnSignal const& on_signal);

}  // namespace salus::app
