#include "http/test_support.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <thread>

#include "crypto/certificate.h"

namespace salus::http::testing {

using namespace std::chrono_literals;
using crypto::TlsProgress;
using salus::testing::EphiTestAccess;

std::shared_ptr<crypto::TlsServerContext const> issue(
    crypto::CertificateAuthority const& authority) {
    auto issued = crypto::issue_server_certificate(authority, {"localhost", "127.0.0.1", "::1"},
                                                   SystemClock().now(), std::chrono::days(1));
    SALUS_CHECK(issued.has_value());
    auto context = crypto::TlsServerContext::make(issued->chain_pem, issued->key_pem.reveal());
    SALUS_CHECK(context.has_value());
    return *context;
}

Certificates make_certificates() {
    auto authority =
        crypto::make_certificate_authority("Salus test", SystemClock().now(), std::chrono::days(2));
    SALUS_CHECK(authority.has_value());
    auto server = issue(*authority);
    return {*std::move(authority), std::move(server)};
}

std::string read_material(std::string const& path) {
    auto const* const chosen = std::getenv("SALUS_MATERIAL");
    std::string const folder = chosen ? chosen : SALUS_SOURCE_DIR "/../shared/material";
    std::ifstream const file(folder + "/" + path, std::ios::binary);
    if (!file) std::cout << "material " << path << " is absent: nothing tested\n";
    std::ostringstream text;
    if (file) text << file.rdbuf();
    return text.str();
}

Response text_response(int status, std::string body) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain");
    response.body = EphiText(std::move(body));
    return response;
}

Response echo(Request const& request) {
    return text_response(200, std::to_string(static_cast<int>(request.method)) + " " +
                                  std::string(EphiTestAccess::open(request.target)) + " " +
                                  std::to_string(request.body.size()));
}

namespace {

Task<Response> echo_task(Request request) {
    co_return echo(request);
}

}  // namespace

TestServer::TestServer(ServerOptions options, MakeFunction make)
    : certificates_(make_certificates()) {
    std::signal(SIGPIPE, SIG_IGN);
    auto factory = [make = std::move(make)](Executor& home) -> std::unique_ptr<Handler> {
        return std::make_unique<FunctionHandler>(make ? make(home) : echo_task);
    };
    auto server = Server::start(std::move(options), certificates_.server, factory, clock_, log_);
    SALUS_CHECK(server.has_value());
    server_ = *std::move(server);
}

ClientOptions TestServer::client_options() const {
    return {.host = "127.0.0.1",
            .port = port(),
            .authorities_pem = authority(),
            .timeout = 10s,
            .response_bytes = limits::kResponseBytes};
}

Client TestServer::connect() const {
    auto client = Client::connect(client_options());
    SALUS_CHECK(client.has_value());
    return *std::move(client);
}

namespace {

FileDescriptor connect_loopback(std::uint16_t port) {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SALUS_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
                0);
    return socket;
}

}  // namespace

// The socket blocks, so the handshake and writes finish in one call.
RawConnection::RawConnection(TestServer const& server) {
    auto context = crypto::TlsClientContext::make(server.authority());
    SALUS_CHECK(context.has_value());
    tls_ = std::make_unique<crypto::TlsConnection>(*context, connect_loopback(server.port()),
                                                   "127.0.0.1");
    SALUS_CHECK(tls_->handshake() == TlsProgress::done);
}

void RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t count = 0;
        if (tls_->write(bytes, count) != TlsProgress::done) return;
        bytes.remove_prefix(count);
    }
}

std::string RawConnection::read_until(std::string_view mark, int count) {
    std::string text;
    std::array<char, 4096> piece{};
    while (count_of(text, mark) < count || count == 0) {
        pollfd entry{tls_->descriptor(), POLLIN, 0};
        if (!tls_->has_pending() && ::poll(&entry, 1, 10'000) != 1) {
            return text + "(nothing more came)";
        }
        std::size_t size = 0;
        auto const progress = tls_->read(piece, size);
        text.append(piece.data(), size);
        if (progress == TlsProgress::closed) return text;
    }
    return text;
}

std::string RawConnection::read_to_end() {
    return read_until("", 0);
}

void RawConnection::vanish() {
    linger const at_once{1, 0};
    ::setsockopt(tls_->descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    tls_.reset();
}

int count_of(std::string_view text, std::string_view part) {
    int count = 0;
    if (part.empty()) return 0;
    for (auto at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

int status_of(std::string_view response) {
    return response.size() < 12 ? 0 : std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string run_command(std::string const& command) {
    auto* const pipe = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> piece{};
    while (auto const size = std::fread(piece.data(), 1, piece.size(), pipe)) {
        text.append(piece.data(), size);
    }
    ::pclose(pipe);
    return text;
}

bool eventually(std::function<bool()> const& condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace salus::http::testing
