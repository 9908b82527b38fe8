// For the tests of this room: opening ePHI, certificates, a server with a scripted handler, and raw
// TLS connections that may break the protocol. Test programs only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "crypto/certificate.h"
#include "crypto/tls.h"
#include "foundation/clock.h"
#include "foundation/log.h"
#include "http/client.h"
#include "http/server.h"

namespace salus::testing {

class EphiTestAccess {
public:
    static std::string_view open(EphiText const& text) { return text.reveal(EphiAccess{}); }
    static BytesView open(Ephi<Bytes> const& bytes) { return bytes.reveal(EphiAccess{}); }
};

}  // namespace salus::testing

namespace salus::http::testing {

struct Certificates {
    crypto::CertificateAuthority authority;
    std::shared_ptr<crypto::TlsServerContext const> server;  // shared with the server under test
};
Certificates make_certificates();
std::shared_ptr<crypto::TlsServerContext const> issue(
    crypto::CertificateAuthority const& authority);

// The file's text, or nothing when the material is not there; says so in one line.
std::string read_material(std::string const& path);

// Answers with what a function returns.
class FunctionHandler final : public Handler {
public:
    using Function = std::function<Task<Response>(Request)>;
    explicit FunctionHandler(Function function) : function_(std::move(function)) {}
    Task<Response> handle(Request request) override { return function_(std::move(request)); }

private:
    Function function_;
};

Response text_response(int status, std::string body);
// Method, target and body size, so that a mix-up of requests shows.
Response echo(Request const& request);

class TestServer {
public:
    using MakeFunction = std::function<FunctionHandler::Function(Executor& home)>;
    // Without a function it echoes.
    explicit TestServer(ServerOptions options = {}, MakeFunction make = {});

    [[nodiscard]] Server& server() { return *server_; }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] std::string const& authority() const {
        return certificates_.authority.certificate_pem;
    }
    // Another certificate of the same authority.
    [[nodiscard]] std::shared_ptr<crypto::TlsServerContext const> reissue() const {
        return issue(certificates_.authority);
    }
    [[nodiscard]] ClientOptions client_options() const;
    [[nodiscard]] Client connect() const;

private:
    SystemClock clock_;
    Log log_{clock_, 2, LogLevel::error};
    Certificates certificates_;
    std::unique_ptr<Server> server_;
};

// A TLS connection that sends whatever it is told to.
class RawConnection {
public:
    explicit RawConnection(TestServer const& server);
    void send(std::string_view bytes);
    // Reads until the text holds `count` copies of `mark`, the peer closes, or the time is over.
    std::string read_until(std::string_view mark, int count = 1);
    std::string read_to_end();
    // Ends the sending side in order.
    void shut_down() { tls_->shut_down(); }
    // Drops the socket with a reset.
    void vanish();

private:
    std::unique_ptr<crypto::TlsConnection> tls_;
};

int count_of(std::string_view text, std::string_view part);
int status_of(std::string_view response);
// Runs a command of the system and returns what it prints.
std::string run_command(std::string const& command);
// Polls a condition for at most five seconds.
bool eventually(std::function<bool()> const& condition);

}  // namespace salus::http::testing
