// Clients that prove themselves by a TLS client certificate, and tokens that are bound to one
// (RFC 8705), at the token endpoint.
#include <gtest/gtest.h>

#include "authentication/access_token_verifier.h"
#include "oauth/metadata.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClientKey;
using testing::must;

http::Peer peer_with(ClientKey const& key, std::string_view certificate = "certificate") {
    http::Peer peer;
    peer.key = crypto::sha256(key.key.verifying_key().spki());
    peer.certificate = crypto::sha256(bytes_of(certificate));
    return peer;
}

class MutualTlsTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.add_client(client("mutual", R"(,"token_endpoint_auth_method":)"
                                          R"("self_signed_tls_client_auth",)"
                                          R"("tls_client_certificate_bound_access_tokens":true)"));
        room_.add_client(client("signing", ""));
        room_.add_client(client("bound", R"(,"tls_client_certificate_bound_access_tokens":true)"));
    }
    [[nodiscard]] std::string client(std::string const& id, std::string const& more) const {
        auto body = testing::OauthRoom::client_json(id, {key_.jwk()}, "system/*.rs");
        body.pop_back();
        return body + more + "}";
    }
    [[nodiscard]] request::Prepared ask(std::string const& id, http::Peer peer) {
        return must(room_.try_ask(testing::form_of({{"grant_type", "client_credentials"},
                                                    {"client_id", id},
                                                    {"scope", "system/*.rs"}}),
                                  {}, std::move(peer)));
    }
    [[nodiscard]] request::Prepared assert_as(std::string const& id, http::Peer peer) {
        auto const now = to_unix_seconds(instance_.clock.now());
        auto const assertion = key_.sign({{"iss", "\"" + id + "\""},
                                          {"sub", "\"" + id + "\""},
                                          {"aud", "\"https://localhost:8443\""},
                                          {"exp", std::to_string(now + 300)},
                                          {"jti", "\"a\""}});
        return must(room_.try_ask(
            testing::form_of({{"grant_type", "client_credentials"},
                              {"client_assertion_type",
                               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                              {"client_assertion", assertion},
                              {"scope", "system/*.rs"}}),
            {}, std::move(peer)));
    }
    [[nodiscard]] std::optional<std::string> error_in(request::Prepared const& prepared) {
        return room_.body(prepared).root().text_member("error");
    }
    [[nodiscard]] request::CallerFacts token_in(request::Prepared const& prepared) {
        auto const text = room_.body(prepared).root().text_member("access_token").value_or("");
        return must(authentication::verify_access_token(text, room_.tenant(), room_.keys(),
                                                        instance_.clock.now()));
    }

    testing::TestInstance instance_;
    testing::OauthRoom room_{instance_};
    ClientKey const key_ = ClientKey::make("k1");
    request::Challenge challenge_;
    authentication::Authentication authentication_{room_.tenant(), room_.verified(), room_.guards(),
                                                   instance_.clock};
};

TEST_F(MutualTlsTest, ACertificateWithARegisteredKeyIsEnough) {
    auto const peer = peer_with(key_);
    auto const answer = ask("mutual", peer);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(room_.facts().proven_client, ClientId("mutual"));
    EXPECT_EQ(room_.body(answer).root().text_member("token_type"), "Bearer");
    auto const token = token_in(answer);
    EXPECT_EQ(token.certificate_thumbprint, to_base64url(*peer.certificate));
    EXPECT_EQ(token.key_thumbprint, "");
}

TEST_F(MutualTlsTest, AnyOtherIsNot) {
    auto const other = peer_with(ClientKey::make("k1"));
    auto only_key = peer_with(key_);
    only_key.certificate.reset();
    for (auto const& peer : {http::Peer(), other, only_key}) {
        auto const answer = ask("mutual", peer);
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(error_in(answer), "invalid_client");
        EXPECT_FALSE(room_.facts().proven_client.has_value());
    }
    EXPECT_EQ(ask("nobody", peer_with(key_)).status, 401);
}

// TK3: the method that is registered, in both directions.
TEST_F(MutualTlsTest, OneMethodDoesNotStandForAnother) {
    EXPECT_EQ(ask("signing", peer_with(key_)).status, 401);
    EXPECT_EQ(assert_as("mutual", peer_with(key_)).status, 401);
    EXPECT_EQ(assert_as("signing", {}).status, 200);
}

TEST_F(MutualTlsTest, AClientWhoseTokensAreBoundGetsNoOther) {
    auto const without = assert_as("bound", {});
    EXPECT_EQ(without.status, 400);
    EXPECT_EQ(error_in(without), "invalid_request");
    EXPECT_FALSE(without.batch.has_value());
    // Any certificate: what counts is that the token opens nothing without it.
    auto const peer = peer_with(ClientKey::make("another"), "mine");
    auto const answer = assert_as("bound", peer);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(token_in(answer).certificate_thumbprint, to_base64url(*peer.certificate));
}

TEST_F(MutualTlsTest, ATokenIsBoundOnlyWhereThatIsRegistered) {
    EXPECT_EQ(token_in(assert_as("signing", peer_with(key_))).certificate_thumbprint, "");
}

TEST_F(MutualTlsTest, IntrospectionTellsTheBinding) {
    auto const peer = peer_with(key_);
    auto const answer = ask("mutual", peer);
    auto const token = *room_.body(answer).root().text_member("access_token");
    auto request = testing::make_request(
        {.target = "/fhir", .headers = {{"Authorization", "Bearer " + token}}});
    EXPECT_FALSE(authentication_.authenticate(request, challenge_).has_value());
    request.peer = peer;
    auto const caller = must(authentication_.authenticate(request, challenge_));
    auto const told =
        room_.ask(&TokenStatus::introspect, testing::form_of({{"token", token}}), caller);
    auto const document = room_.body(told);
    auto const confirmation = document.root().member("cnf");
    ASSERT_TRUE(confirmation.has_value());
    EXPECT_EQ(confirmation->text_member("x5t#S256"), to_base64url(*peer.certificate));
    EXPECT_FALSE(confirmation->member("jkt").has_value());
    EXPECT_EQ(document.root().text_member("token_type"), "Bearer");
}

TEST_F(MutualTlsTest, KeysByAddressCountToo) {
    auto const url = std::string("https://keys.example/jwks");
    room_.add_client(
        R"({"client_id":"remote","name":"a","scope":"system/*.rs","purposes":["TREAT"],)"
        R"("token_endpoint_auth_method":"self_signed_tls_client_auth","jwks_uri":")" +
        url + "\"}");
    room_.key_source().set(url, jose::to_key_set({key_.jwk()}));
    auto const form = testing::form_of(
        {{"grant_type", "client_credentials"}, {"client_id", "remote"}, {"scope", "system/*.rs"}});
    EXPECT_EQ(room_.try_ask(form, {}, peer_with(key_)).error().code, Errc::unavailable);
    ASSERT_TRUE(room_.fetch_wanted_keys());
    EXPECT_EQ(must(room_.try_ask(form, {}, peer_with(key_))).status, 200);
    EXPECT_EQ(must(room_.try_ask(form, {}, peer_with(ClientKey::make("k1")))).status, 401);
}

TEST_F(MutualTlsTest, DiscoveryNamesThePortWhereThereIsOne) {
    json::Parser parser;
    auto const off = must(parser.parse(authorization_server_metadata(room_.tenant())));
    EXPECT_FALSE(off.root().member("mtls_endpoint_aliases").has_value());
    EXPECT_FALSE(off.root().member("tls_client_certificate_bound_access_tokens").has_value());
    auto const on = must(parser.parse(
        authorization_server_metadata(room_.tenant(), {.origin = "https://localhost:8444"})));
    EXPECT_EQ(on.root().member("mtls_endpoint_aliases")->text_member("token_endpoint"),
              "https://localhost:8444/oauth/token");
    EXPECT_TRUE(on.root().member("tls_client_certificate_bound_access_tokens")->boolean());
    std::string methods;
    for (auto const method : on.root().member("token_endpoint_auth_methods_supported")->elements())
        methods += method.text() + " ";
    EXPECT_TRUE(methods.contains("self_signed_tls_client_auth ")) << methods;
}

TEST_F(MutualTlsTest, WhatIsRegisteredFitsTogether) {
    auto const refused = [&](std::string const& more) {
        return !room_.prepare_registration(client("new", more)).has_value();
    };
    EXPECT_TRUE(refused(R"(,"token_endpoint_auth_method":"tls_client_auth")"));
    EXPECT_TRUE(refused(R"(,"token_endpoint_auth_method":"tls_client_auth",)"
                        R"("tls_client_auth_san_dns":"a.example")"));  // and keys
    EXPECT_TRUE(refused(R"(,"tls_client_auth_san_dns":"a.example")"));
    auto const by_name = [&](std::string const& names) {
        return room_
            .prepare_registration(
                R"({"client_id":"new","name":"a","scope":"system/*.rs","purposes":["TREAT"],)"
                R"("token_endpoint_auth_method":"tls_client_auth")" +
                names + "}")
            .has_value();
    };
    EXPECT_TRUE(by_name(R"(,"tls_client_auth_san_dns":"a.example")"));
    EXPECT_TRUE(by_name(R"(,"tls_client_auth_san_uri":"https://a.example")"));
    EXPECT_TRUE(by_name(R"(,"tls_client_auth_subject_dn":"CN=a")"));
    for (auto const* names :
         {"", R"(,"tls_client_auth_san_dns":"")", R"(,"tls_client_auth_san_dns":7)",
          R"(,"tls_client_auth_san_ip":"192.0.2.1")",
          R"(,"tls_client_auth_san_dns":"a.example","tls_client_auth_subject_dn":"CN=a")"})
        EXPECT_FALSE(by_name(names)) << names;
    EXPECT_TRUE(refused(R"(,"token_endpoint_auth_method":"client_secret_basic")"));
    EXPECT_TRUE(refused(R"(,"tls_client_certificate_bound_access_tokens":"true")"));
    // FAPI 2.0 section 5.3.2.1: by DPoP or by certificate.
    EXPECT_TRUE(refused(R"(,"profile":"fapi2")"));
    EXPECT_FALSE(
        refused(R"(,"profile":"fapi2","tls_client_certificate_bound_access_tokens":true)"));
    EXPECT_FALSE(refused(R"(,"profile":"fapi2","dpop_bound_access_tokens":true)"));
}

}  // namespace
}  // namespace salus::oauth
