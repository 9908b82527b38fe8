#include "http/client.h"

#include <array>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>

#include "http/listener.h"
#include "http/test_support.h"

namespace salus::http {
namespace {

using namespace std::chrono_literals;
using testing::TestServer;

// Answers one request with these bytes and closes.
class ScriptedServer {
public:
    explicit ScriptedServer(std::string answer) : certificates_(testing::make_certificates()) {
        auto listeners = listen_on({"127.0.0.1"}, 0, PortSharing::exclusive);
        SALUS_CHECK(listeners.has_value());
        listeners_ = *std::move(listeners);
        thread_ = std::jthread([this, bytes = std::move(answer)] { serve(bytes); });
    }
    [[nodiscard]] ClientOptions options() const {
        return {.host = "127.0.0.1",
                .port = listeners_.port,
                .authorities_pem = certificates_.authority.certificate_pem,
                .timeout = 1s,
                .response_bytes = 1000};
    }

private:
    void serve(std::string_view bytes) {
        FileDescriptor socket;
        testing::eventually([&] {
            socket = accept_from(listeners_.sockets[0].get()).socket;
            return socket.valid();
        });
        crypto::TlsConnection tls(certificates_.server, std::move(socket));
        testing::eventually([&] { return tls.handshake() == crypto::TlsProgress::done; });
        std::array<char, 4096> buffer{};
        std::size_t count = 0;
        testing::eventually([&] { return tls.read(buffer, count) == crypto::TlsProgress::done; });
        tls.write(bytes, count);
        tls.shut_down();
        // Until the client has gone, so that nothing it should read is lost in a reset.
        testing::eventually([&] { return tls.read(buffer, count) == crypto::TlsProgress::closed; });
    }

    testing::Certificates certificates_;
    Listeners listeners_;
    std::jthread thread_;
};

Result<Response> answer_to_get(std::string bytes) {
    ScriptedServer const server(std::move(bytes));
    auto client = Client::connect(server.options());
    SALUS_CHECK(client.has_value());
    Request request;
    request.target = EphiText(std::string("/"));
    return client->send(request);
}

TEST(Client, ReadsWellFormedResponses) {
    auto const response = answer_to_get(
        "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    ASSERT_TRUE(response.has_value()) << response.error().why.text();
    EXPECT_EQ(response->body.size(), 3U);
    EXPECT_TRUE(answer_to_get("HTTP/1.1 204 \r\n\r\n").has_value());
}

TEST(Client, RefusesMalformedResponses) {
    for (std::string const bytes : {
             "",
             "HTTP/1.1 200 OK\r\n",
             "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
             "HTTP/1.1 200 OK\r\n\r\nuntil the end",
             "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n A: b\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
             "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd",
             "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore",
         }) {
        EXPECT_FALSE(answer_to_get(bytes).has_value()) << bytes;
    }
    EXPECT_FALSE(answer_to_get("HTTP/1.1 200 OK\r\nA: " + std::string(40'000, 'a')).has_value());
}

TEST(Client, ReadsChunks) {
    auto const response = answer_to_get(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n"
        "0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    ASSERT_TRUE(response.has_value()) << response.error().why.text();
    EXPECT_EQ(salus::testing::EphiTestAccess::open(response->body), "abc0123456789");
}

TEST(Client, TrustsOnlyItsAuthoritiesAndTheNameItAsksFor) {
    TestServer const server({.address = "127.0.0.2", .loops = 1});
    auto options = server.client_options();
    options.host = "127.0.0.2";  // not in the certificate
    EXPECT_FALSE(Client::connect(options).has_value());
    TestServer const other({.loops = 1});
    auto foreign = other.client_options();
    foreign.authorities_pem = server.authority();
    EXPECT_FALSE(Client::connect(foreign).has_value());
    foreign.authorities_pem = "no certificate";
    EXPECT_FALSE(Client::connect(foreign).has_value());
    EXPECT_TRUE(Client::connect(other.client_options()).has_value());
}

TEST(Client, SendsNothingThatCouldSplitARequest) {
    TestServer const server({.loops = 1});
    for (std::string const target : {"", "a", "/a b", "/a\r\nB: c"}) {
        auto client = server.connect();
        Request request;
        request.target = EphiText(target);
        EXPECT_FALSE(client.send(request).has_value());
    }
    auto client = server.connect();
    Request request;
    request.target = EphiText(std::string("/"));
    request.headers.add("A", "b\r\nC: d");
    EXPECT_FALSE(client.send(request).has_value());
    EXPECT_FALSE(client.open());
}

TEST(Client, HoldsTheServerToOneKey) {
    TestServer const server({.loops = 1});
    auto options = server.client_options();
    options.server_key = crypto::Sha256Digest{};
    EXPECT_EQ(Client::connect(options).error().code, Errc::forbidden);
    options.server_key.reset();
    EXPECT_TRUE(Client::connect(options).has_value());
}

TEST(Client, CarriesSecretsBothWays) {
    TestServer const server({.loops = 1});
    auto client = server.connect();
    std::array const fields{SecretField{.name = "X-Token", .value = bytes_of("secret")}};
    auto const answer =
        client.send_secret(Method::post, "/v1/x", fields, SecretBytes(bytes_of("{}")));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_NE(text_of(answer->body.reveal()).find("/v1/x"), std::string_view::npos);
    // A field that could split the request is refused, as in any other.
    std::array const broken{SecretField{.name = "X-Token", .value = bytes_of("a\r\nB: c")}};
    EXPECT_FALSE(client.send_secret(Method::get, "/", broken, SecretBytes()).has_value());
}

TEST(Client, GivesUpOnASilentServer) {
    auto listeners = listen_on({"127.0.0.1"}, 0, PortSharing::exclusive);
    ASSERT_TRUE(listeners.has_value());
    auto const client =
        Client::connect({.host = "127.0.0.1",
                         .port = listeners->port,
                         .authorities_pem = testing::make_certificates().authority.certificate_pem,
                         .timeout = 200ms});
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code, Errc::timeout);
}

}  // namespace
}  // namespace salus::http
