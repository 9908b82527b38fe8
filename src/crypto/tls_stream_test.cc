#include "crypto/tls_stream.h"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include "crypto/certificate.h"
#include "foundation/clock.h"

namespace salus::crypto {
namespace {

using namespace std::chrono_literals;

TlsStream::Until soon(std::chrono::milliseconds time = 20'000ms) {
    return std::chrono::steady_clock::now() + time;
}

// Serves one connection on a thread of its own, as the test says.
class ServerForTest {
public:
    using Serve = std::function<void(TlsConnection&)>;

    explicit ServerForTest(Serve serve)
        : authority_(
              *make_certificate_authority("test", SystemClock().now(), std::chrono::days(30))),
          listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        // As every process that has such streams (tls_stream.h).
        std::signal(SIGPIPE, SIG_IGN);
        auto const now = SystemClock().now();
        auto const issued =
            issue_server_certificate(authority_, {"localhost"}, now, std::chrono::days(30));
        context_ = *TlsServerContext::make(issued->chain_pem, issued->key_pem.reveal());
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
        EXPECT_EQ(::listen(listener_.get(), 1), 0);
        EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this, run = std::move(serve)] {
            TlsConnection connection(context_,
                                     FileDescriptor(::accept(listener_.get(), nullptr, nullptr)));
            if (connection.handshake() == TlsProgress::done) run(connection);
        });
    }
    [[nodiscard]] TlsPeer peer() const {
        return {.host = "localhost",
                .port = port_,
                .authorities_pem = authority_.certificate_pem,
                .application = TlsApplication::syslog,
                .silence_most = 20s};
    }

private:
    CertificateAuthority authority_;
    FileDescriptor listener_;
    std::shared_ptr<TlsServerContext const> context_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

std::size_t read_to_the_end(TlsConnection& connection) {
    std::array<char, 4096> piece{};
    std::size_t all = 0;
    std::size_t count = 0;
    while (connection.read(piece, count) == TlsProgress::done) all += count;
    return all;
}

void wait_for_bytes(TlsConnection const& connection) {
    pollfd entry{connection.descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 20'000), 1);
}

TEST(TlsStream, AnEndInOrderMeansThatAllWasRead) {
    std::size_t read = 0;
    ServerForTest const server([&](TlsConnection& connection) {
        read = read_to_the_end(connection);
        EXPECT_EQ(connection.end(), TlsEnd::notified);
        connection.shut_down();
    });
    auto stream = TlsStream::connect(server.peer(), soon());
    ASSERT_TRUE(stream) << stream.error().why.text();
    std::string const bytes(300'000, 'x');
    ASSERT_TRUE(stream->write_all(bytes, soon()));
    EXPECT_TRUE(stream->is_open());
    EXPECT_EQ(stream->close(soon()), TlsEnd::notified);
    EXPECT_EQ(read, bytes.size());
}

// It says goodbye by itself, while bytes are on the way that it will never read.
TEST(TlsStream, AGoodbyeThatIsNoAnswerMeansNothing) {
    std::promise<void> shaken;
    ServerForTest const server([&](TlsConnection& connection) {
        shaken.set_value();  // what comes now is not in the TLS layer's buffer yet
        wait_for_bytes(connection);
        connection.shut_down();
    });
    auto stream = TlsStream::connect(server.peer(), soon());
    ASSERT_TRUE(stream);
    shaken.get_future().wait();
    ASSERT_TRUE(stream->write_all("never read", soon()));
    auto const end = stream->close(soon());
    EXPECT_TRUE(!end || *end == TlsEnd::failed);
}

TEST(TlsStream, AnEndThatIsNotSignedIsToldApart) {
    ServerForTest const server([](TlsConnection& connection) { read_to_the_end(connection); });
    auto stream = TlsStream::connect(server.peer(), soon());
    ASSERT_TRUE(stream);
    ASSERT_TRUE(stream->write_all("read", soon()));
    EXPECT_EQ(stream->close(soon()), TlsEnd::unnotified);
}

TEST(TlsStream, WhoDoesNotAnswerIsNotWaitedForLonger) {
    std::promise<void> waited;
    ServerForTest const server([over = waited.get_future().share()](TlsConnection&) {
        over.wait_for(20s);  // far longer than anybody is to wait for it
    });
    auto stream = TlsStream::connect(server.peer(), soon());
    ASSERT_TRUE(stream);
    auto const begin = std::chrono::steady_clock::now();
    auto const end = stream->close(soon(200ms));
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    waited.set_value();
}

TEST(TlsStream, AnotherServerIsRefused) {
    for (bool const is_pinned : {false, true}) {
        ServerForTest const server([](TlsConnection& connection) { read_to_the_end(connection); });
        auto peer = server.peer();
        if (is_pinned) {
            peer.server_key.emplace();
        } else {
            auto const other =
                make_certificate_authority("x", SystemClock().now(), std::chrono::days(30));
            peer.authorities_pem = other->certificate_pem;
        }
        auto const stream = TlsStream::connect(peer, soon());
        ASSERT_FALSE(stream);
        EXPECT_EQ(stream.error().code, is_pinned ? Errc::forbidden : Errc::unavailable);
    }
}

}  // namespace
}  // namespace salus::crypto
