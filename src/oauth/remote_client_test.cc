// Clients that registered the address of their keys, at the token endpoint.
#include <gtest/gtest.h>

#include "foundation/oauth_limits.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClaimTexts;
using testing::ClientKey;

constexpr auto* kUrl = "https://keys.example/jwks";

class RemoteClientTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.add_client(
            R"({"client_id":"client-1","name":"a client","scope":"system/*.rs","purposes":["TREAT"],)"
            R"("jwks_uri":"https://keys.example/jwks"})");
    }
    [[nodiscard]] std::string signed_with(ClientKey const& key, std::string const& more = "") {
        auto const now = to_unix_seconds(instance_.clock.now());
        ClaimTexts const claims{{"iss", "\"client-1\""},
                                {"sub", "\"client-1\""},
                                {"aud", "\"https://localhost:8443/oauth/token\""},
                                {"exp", std::to_string(now + 300)},
                                {"jti", "\"jti-" + std::to_string(++assertions_) + "\""}};
        auto const header = R"({"alg":"ES256","typ":"JWT","kid":")" + key.kid + "\"" + more + "}";
        auto const text =
            to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(testing::json_of(claims)));
        return text + "." + to_base64url(key.key.sign(bytes_of(text)));
    }
    [[nodiscard]] Result<request::Prepared> ask(std::string const& assertion) {
        return room_.try_ask(testing::form_of(
            {{"grant_type", "client_credentials"},
             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
             {"client_assertion", assertion},
             {"scope", "system/*.rs"}}));
    }
    // As the pipeline does: what wants keys is prepared again once they came.
    [[nodiscard]] int status_of(std::string const& assertion) {
        auto answer = ask(assertion);
        if (room_.fetch_wanted_keys()) answer = ask(assertion);
        return answer ? answer->status : 503;
    }
    void serve(ClientKey const& key) {
        room_.key_source().set(kUrl, jose::to_key_set({key.jwk()}));
    }

    testing::TestInstance instance_;
    testing::OauthRoom room_{instance_};
    ClientKey const one_ = ClientKey::make("one");
    ClientKey const two_ = ClientKey::make("two");
    int assertions_ = 0;
};

TEST_F(RemoteClientTest, ItsKeysAreFetchedWhenTheyAreNeeded) {
    serve(one_);
    EXPECT_EQ(ask(signed_with(one_)).error().code, Errc::unavailable);
    EXPECT_EQ(status_of(signed_with(one_)), 200);
    EXPECT_EQ(status_of(signed_with(one_)), 200);
    EXPECT_EQ(room_.key_source().asked, 1);
    EXPECT_EQ(status_of(signed_with(ClientKey::make("one"))), 401);
}

TEST_F(RemoteClientTest, ANewKeyIsFoundAndTheOldOneEnds) {
    serve(one_);
    ASSERT_EQ(status_of(signed_with(one_)), 200);
    serve(two_);
    instance_.clock.advance(limits::kRemoteKeysPause);
    EXPECT_EQ(status_of(signed_with(two_)), 200);
    EXPECT_EQ(status_of(signed_with(one_)), 401);
}

TEST_F(RemoteClientTest, WithoutKeysThereIsNoAnswerAndNothingIsGranted) {
    EXPECT_EQ(status_of(signed_with(one_)), 503);
    EXPECT_EQ(room_.key_source().asked, 1);
    EXPECT_EQ(status_of(signed_with(one_)), 503);
    EXPECT_EQ(room_.key_source().asked, 1);
}

// CA3: the registered address or none. Nobody is led elsewhere.
TEST_F(RemoteClientTest, AnotherAddressInTheHeaderIsRefusedAndNotAsked) {
    serve(one_);
    room_.key_source().set("https://evil.example/jwks", jose::to_key_set({two_.jwk()}));
    EXPECT_EQ(status_of(signed_with(one_, R"(,"jku":"https://keys.example/jwks")")), 200);
    EXPECT_EQ(status_of(signed_with(two_, R"(,"jku":"https://evil.example/jwks")")), 401);
    EXPECT_EQ(status_of(signed_with(one_, R"(,"jku":"https://evil.example/jwks")")), 401);
    EXPECT_EQ(status_of(signed_with(one_, R"(,"jku":"https://keys.example/jwks?")")), 401);
    EXPECT_EQ(room_.key_source().asked, 1);
}

TEST_F(RemoteClientTest, WhatIsNoAddressOfKeysIsNotRegistered) {
    auto const registration = [](std::string const& members) {
        return R"({"client_id":"client-2","name":"a","scope":"system/*.rs","purposes":["TREAT"],)" +
               members + "}";
    };
    for (auto const* url : {"http://keys.example/", "https://keys.example/#a", "keys.example", "",
                            "https://u@keys.example/"}) {
        auto const prepared =
            room_.prepare_registration(registration(R"("jwks_uri":")" + std::string(url) + "\""));
        EXPECT_FALSE(prepared.has_value()) << url;
    }
    EXPECT_FALSE(room_.prepare_registration(registration(R"("jwks_uri":7)")).has_value());
    EXPECT_FALSE(
        room_
            .prepare_registration(registration(R"("jwks_uri":"https://keys.example/","jwks":)" +
                                               jose::to_key_set({one_.jwk()})))
            .has_value());
    EXPECT_FALSE(
        room_
            .prepare_registration(registration(
                R"("jwks_uri":"https://keys.example/","token_endpoint_auth_method":"none")"))
            .has_value());
    EXPECT_TRUE(room_.prepare_registration(registration(R"("jwks_uri":"https://keys.example/")"))
                    .has_value());
}

}  // namespace
}  // namespace salus::oauth
