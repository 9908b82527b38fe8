// Tokens that are bound to a certificate (RFC 8705), at the door. S36, S37.
#include "authentication/certificate_binding.h"

#include <gtest/gtest.h>

#include "authentication/authentication_for_test.h"

namespace salus::authentication {
namespace {

using testing::AuthenticationRoom;

// Two certificates may have one key: the token is bound to the certificate.
http::Peer peer_with(std::string_view certificate, std::string_view key = "key") {
    http::Peer peer;
    peer.key = crypto::sha256(bytes_of(key));
    peer.certificate = crypto::sha256(bytes_of(certificate));
    return peer;
}

class CertificateBindingTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string token_with(std::string const& confirmation) {
        auto claims = room_.claims();
        claims["cnf"] = confirmation;
        return room_.sign(claims, "jti-" + std::to_string(++tokens_));
    }
    [[nodiscard]] std::string bound_to(http::Peer const& peer) {
        return token_with(R"({"x5t#S256":")" + certificate_thumbprint(peer) + "\"}");
    }
    void expect_refused(std::string const& token, http::Peer const& peer, std::string_view what,
                        AuthenticationRoom::Fields more = {}) {
        more.emplace_back("Authorization", "Bearer " + token);
        auto const caller = room_.ask_from(peer, std::move(more));
        ASSERT_FALSE(caller.has_value()) << what;
        EXPECT_EQ(caller.error().code, Errc::unauthenticated) << what;
        EXPECT_EQ(room_.challenge().error, request::CredentialError::invalid_token) << what;
    }
    [[nodiscard]] bool accepted(std::string const& token, http::Peer const& peer) {
        return room_.ask_from(peer, {{"Authorization", "Bearer " + token}}).has_value();
    }

    AuthenticationRoom room_;
    http::Peer const holder_ = peer_with("certificate");
    int tokens_ = 0;
};

TEST_F(CertificateBindingTest, ItsHolderMayUseItOnAnyConnection) {
    auto const token = bound_to(holder_);
    EXPECT_TRUE(accepted(token, holder_));
    EXPECT_TRUE(accepted(token, holder_));
    EXPECT_TRUE(accepted(token, peer_with("certificate", "whatever the key's hash")));
}

// Also when the token is remembered: each request is judged by its own connection.
TEST_F(CertificateBindingTest, AStolenTokenOpensNothing) {
    auto const token = bound_to(holder_);
    for (int i = 0; i < 2; ++i) {
        expect_refused(token, {}, "no certificate");
        expect_refused(token, peer_with("another", "another key"), "another certificate");
        expect_refused(token, peer_with("renewed"), "the same key in another certificate");
        EXPECT_TRUE(accepted(token, holder_));
    }
}

TEST_F(CertificateBindingTest, HeadersAboutCertificatesMeanNothing) {
    auto const token = bound_to(holder_);
    auto const thumbprint = certificate_thumbprint(holder_);
    expect_refused(token, {}, "headers",
                   {{"X-Forwarded-Client-Cert", "Hash=" + thumbprint},
                    {"X-SSL-Client-Cert", thumbprint},
                    {"Client-Cert", ":" + thumbprint + ":"},
                    {"X-Forwarded-For", "127.0.0.1"}});
}

TEST_F(CertificateBindingTest, ATokenOfBothNeedsBoth) {
    testing::HolderKey const key;
    auto const token = token_with(R"({"jkt":")" + key.thumbprint() + R"(","x5t#S256":")" +
                                  certificate_thumbprint(holder_) + "\"}");
    auto const ask = [&](http::Peer const& peer, std::string const& proof) {
        return room_.ask_from(peer, {{"Authorization", "DPoP " + token}, {"DPoP", proof}})
            .has_value();
    };
    EXPECT_TRUE(ask(holder_, key.proof(room_, token, "p-1")));
    EXPECT_FALSE(ask({}, key.proof(room_, token, "p-2")));
    EXPECT_FALSE(ask(holder_, "no proof"));
    EXPECT_FALSE(accepted(token, holder_));
}

TEST_F(CertificateBindingTest, ABindingThatIsNotUnderstoodIsNotPassedOver) {
    auto const thumbprint = certificate_thumbprint(holder_);
    for (std::string const& confirmation :
         {std::string("{}"), std::string("[]"), std::string("\"x\""),
          std::string(R"({"x5t#S256":""})"), std::string(R"({"x5t#S256":7})"),
          std::string(R"({"x5t#S1":"a"})"), R"({"x5t#S256":")" + thumbprint + R"(","kid":"a"})",
          R"({"x5t#S256":")" + thumbprint + R"(","jkt":""})"})
        EXPECT_FALSE(accepted(token_with(confirmation), holder_)) << confirmation;
}

TEST_F(CertificateBindingTest, ATokenThatIsBoundToNothingNeedsNoCertificate) {
    auto const token = room_.sign(room_.claims());
    EXPECT_TRUE(accepted(token, {}));
    EXPECT_TRUE(accepted(token, holder_));
}

}  // namespace
}  // namespace salus::authentication
