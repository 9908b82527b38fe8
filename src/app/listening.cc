#include "app/listening.h"

#include <csignal>

#include "app/instance.h"
#include "app/pem_bytes.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

void reload(ServerConfiguration const& configuration, Log const& log, Listening const& listening) {
    std::string why;
    auto const certificate = load_certificate(configuration, why, listening.client_certificates);
    if (certificate) {
        listening.server.replace_certificate(certificate);
        log.write(LogLevel::info, "certificate.reloaded");
    } else {
        // The old one goes on: a typing error must not take the service down (TRN-5).
        log.write(LogLevel::error, "certificate.reload_failed");
    }
}

}  // namespace

Certificate load_certificate(ServerConfiguration const& server, std::string& why,
                             ClientCertificates client_certificates) {
    auto const chain = read_file(server.certificate, kPemBytes);
    auto const key = read_file(server.certificate_key, kPemBytes);
    if (!chain || !key) {
        why = "the certificate or its key cannot be read";
        return nullptr;
    }
    auto context = client_certificates == ClientCertificates::asked
                       ? crypto::TlsServerContext::make_asking(text_of(*chain), *key)
                       : crypto::TlsServerContext::make(text_of(*chain), *key);
    if (!context) {
        why = "the certificate: " + std::string(context.error().why.text());
        return nullptr;
    }
    return *std::move(context);
}

void move_to_port(ServerConfiguration& server, int port) {
    auto const old_end = ":" + std::to_string(server.port);
    if (server.public_url.ends_with(old_end)) {
        server.public_url.resize(server.public_url.size() - old_end.size());
        server.public_url += ":" + std::to_string(port);
    }
    server.port = static_cast<std::uint16_t>(port);
}

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    return signals;
}

bool write_address(Layout const& layout, ServerConfiguration const& configuration,
                   http::Server const& server) {
    auto const& address = configuration.address;
    // The certificate names localhost; an any-address is reached there too.
    auto const host = address == "0.0.0.0" || address == "::" ? std::string("localhost") : address;
    auto const line = host + " " + std::to_string(server.port()) + " " + configuration.public_url;
    return write_file_durably(layout.address(), bytes_of(line), FileAccess::private_to_owner)
        .has_value();
}

void wait_for_the_end(ServerConfiguration const& configuration, Log const& log,
                      std::vector<Listening> const& servers, sigset_t const& signals,
                      OnSignal const& on_signal) {
    while (true) {
        int received = 0;
        if (sigwait(&signals, &received) != 0) continue;
        if (received == SIGUSR1) {
            on_signal.make_checkpoint();
        } else if (received == SIGUSR2) {
            on_signal.reconcile();
        } else if (received == SIGHUP) {
            for (auto const& each : servers) reload(configuration, log, each);
            on_signal.reload();
        } else {
            return;
        }
    }
}

}  // namespace salus::app
