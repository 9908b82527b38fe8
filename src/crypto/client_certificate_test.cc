// Servers that ask for client certificates and take any: what they see of whom (RFC 8705).
#include <array>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "crypto/certificate.h"
#include "crypto/tls.h"
#include "foundation/clock.h"

namespace salus::crypto {
namespace {

constexpr int kTurns = 16;

class ClientCertificateTest : public ::testing::Test {
protected:
    struct Seen {
        bool connected = false;
        std::optional<Sha256Digest> key;
        std::optional<Sha256Digest> certificate;
    };
    [[nodiscard]] ServerCertificate certificate() const {
        return *make_client_certificate("client", now_, std::chrono::days(1));
    }
    [[nodiscard]] std::shared_ptr<TlsServerContext const> asking() const {
        return *TlsServerContext::make_asking(server_.chain_pem, server_.key_pem.reveal());
    }
    // What the server sees of a client that shows this; nullptr: nothing.
    [[nodiscard]] Seen seen(std::shared_ptr<TlsServerContext const> const& context,
                            ServerCertificate const* shown) const {
        auto const client_context =
            shown == nullptr
                ? TlsClientContext::make(authority_.certificate_pem)
                : TlsClientContext::make(authority_.certificate_pem,
                                         {.chain_pem = shown->chain_pem,
                                          .key_pem = SecretBytes(shown->key_pem.reveal())});
        std::array<int, 2> pair{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
        TlsConnection server(context, FileDescriptor(pair[0]));
        TlsConnection client(*client_context, FileDescriptor(pair[1]), "localhost");
        for (int turn = 0; turn < kTurns; ++turn) {
            auto const one = client.handshake();
            auto const other = server.handshake();
            if (one == TlsProgress::done && other == TlsProgress::done)
                return {true, server.peer_key(), server.peer_certificate()};
            if (one == TlsProgress::closed || other == TlsProgress::closed) break;
        }
        return {};
    }

    WallTime const now_ = SystemClock().now();
    CertificateAuthority const authority_ =
        *make_certificate_authority("test", now_, std::chrono::days(1));
    ServerCertificate const server_ =
        *issue_server_certificate(authority_, {"localhost"}, now_, std::chrono::days(1));
};

TEST_F(ClientCertificateTest, ASelfSignedOneIsSeenForWhatItIs) {
    auto const mine = certificate();
    auto const first = seen(asking(), &mine);
    ASSERT_TRUE(first.connected);
    EXPECT_EQ(first.key, *certificate_key(mine.chain_pem));
    ASSERT_TRUE(first.certificate.has_value());
    EXPECT_EQ(seen(asking(), &mine).certificate, first.certificate);
    auto const other = certificate();
    EXPECT_NE(seen(asking(), &other).certificate, first.certificate);
}

TEST_F(ClientCertificateTest, WhoShowsNoneIsServedAndSeenAsNobody) {
    auto const nobody = seen(asking(), nullptr);
    EXPECT_TRUE(nobody.connected);
    EXPECT_FALSE(nobody.key.has_value());
    EXPECT_FALSE(nobody.certificate.has_value());
}

TEST_F(ClientCertificateTest, AServerThatDoesNotAskSeesNone) {
    auto const mine = certificate();
    auto const silent = *TlsServerContext::make(server_.chain_pem, server_.key_pem.reveal());
    auto const result = seen(silent, &mine);
    EXPECT_TRUE(result.connected);
    EXPECT_FALSE(result.certificate.has_value());
}

// The handshake proves the key: a certificate without it is nobody's.
TEST_F(ClientCertificateTest, ACertificateWithoutItsKeyCannotBeShown) {
    auto stolen = certificate();
    auto const other = certificate();
    stolen.key_pem = SecretBytes(other.key_pem.reveal());
    EXPECT_FALSE(TlsClientContext::make(authority_.certificate_pem,
                                        {.chain_pem = stolen.chain_pem,
                                         .key_pem = SecretBytes(stolen.key_pem.reveal())})
                     .has_value());
}

}  // namespace
}  // namespace salus::crypto
