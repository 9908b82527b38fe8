// TRN-3: TLS client certificates.
#include <fmt/format.h>
#include <sys/socket.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "crypto/certificate.h"

namespace salus::app {
namespace {

constexpr int kHandshakeTurns = 16;

struct Seen {
    bool connected = false;
    std::optional<crypto::Sha256Digest> key;
    std::optional<crypto::Sha256Digest> certificate;
};

// What a server that asks for certificates sees of a client that shows this, tried now.
Seen seen_of(std::shared_ptr<crypto::TlsServerContext const> const& server_context,
             std::shared_ptr<crypto::TlsClientContext const> const& client_context) {
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return {};
    crypto::TlsConnection server(server_context, FileDescriptor(pair[0]));
    crypto::TlsConnection client(client_context, FileDescriptor(pair[1]), "localhost");
    using crypto::TlsProgress;
    for (int turn = 0; turn < kHandshakeTurns; ++turn) {
        auto const one = client.handshake();
        auto const other = server.handshake();
        if (one == TlsProgress::done && other == TlsProgress::done)
            return {true, server.peer_key(), server.peer_certificate()};
        if (one == TlsProgress::closed || other == TlsProgress::closed) break;
    }
    return {};
}

}  // namespace

Finding mutual_tls(EvidenceContext const& context) {
    auto const now = context.sources.clock.now();
    auto const life = std::chrono::days(1);
    auto const authority = crypto::make_certificate_authority("probe", now, life);
    if (!authority) return broken("no certificate could be made");
    auto const server = crypto::issue_server_certificate(*authority, {"localhost"}, now, life);
    auto const client = crypto::make_client_certificate("probe", now, life);
    if (!server || !client) return broken("no certificate could be made");
    auto const key = crypto::certificate_key(client->chain_pem);
    auto const asking =
        crypto::TlsServerContext::make_asking(server->chain_pem, server->key_pem.reveal());
    auto const plain = crypto::TlsClientContext::make(authority->certificate_pem);
    auto const showing = crypto::TlsClientContext::make(
        authority->certificate_pem,
        {.chain_pem = client->chain_pem, .key_pem = SecretBytes(client->key_pem.reveal())});
    if (!key || !asking || !plain || !showing) return broken("TLS could not be set up");
    auto const shown = seen_of(*asking, *showing);
    auto const nothing = seen_of(*asking, *plain);
    bool const sees = shown.connected && shown.certificate && shown.key == *key;
    bool const sees_none = nothing.connected && !nothing.certificate && !nothing.key;
    auto const port = context.sources.configuration.server.mutual_tls_port;
    return works_if(
        sees && sees_none,
        fmt::format("{}; tried now: a client's certificate was {}, a client without one was {}",
                    port == 0 ? std::string("no port asks for certificates")
                              : fmt::format("port {} asks for certificates", port),
                    sees ? "seen as its own" : "NOT SEEN",
                    sees_none ? "served as nobody" : "NOT SERVED"));
}

}  // namespace salus::app
