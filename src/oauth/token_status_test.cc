// Introspection, revocation, and tokens bound to a key, with clients that prove themselves.
#include "oauth/token_status.h"

#include <gtest/gtest.h>

#include "foundation/limits.h"
#include "jose/algorithm.h"
#include "oauth/client_administration.h"
#include "oauth/key_proof.h"
#include "oauth/oauth_for_test.h"
#include "request/intent_for_test.h"
#include "request/permit_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClientKey;
using testing::must;
using testing::OauthRoom;

constexpr char const* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

class TokenStatusTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.add_client(OauthRoom::client_json("one", {key_.jwk()}));
        room_.add_client(OauthRoom::client_json("two", {key_.jwk()}));
        room_.add_client(
            OauthRoom::client_json("watcher", {key_.jwk()}, "system/*.rs admin/tokens.read"));
    }
    [[nodiscard]] std::string form(std::string const& client, testing::FormFields const& fields) {
        auto const now = to_unix_seconds(instance_.clock.now());
        auto all = fields;
        all.emplace_back("client_assertion_type", kAssertionType);
        all.emplace_back("client_assertion",
                         key_.sign({{"iss", "\"" + client + "\""},
                                    {"sub", "\"" + client + "\""},
                                    {"aud", "\"https://localhost:8443/oauth/token\""},
                                    {"exp", std::to_string(now + 300)},
                                    {"jti", "\"j" + std::to_string(++assertions_) + "\""}}));
        return testing::form_of(all);
    }
    // A token of this client, the whole way to the store.
    [[nodiscard]] std::string token_of(std::string const& client,
                                       std::string const& scope = "system/*.rs") {
        auto prepared =
            room_.ask(form(client, {{"grant_type", "client_credentials"}, {"scope", scope}}));
        auto token = *room_.body(prepared).root().text_member("access_token");
        EXPECT_TRUE(room_.commit(std::move(prepared)).has_value());
        return token;
    }
    [[nodiscard]] json::Document introspected(std::string const& client, std::string const& token) {
        auto const answer = room_.ask(&TokenStatus::introspect, form(client, {{"token", token}}));
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.batch.has_value());  // the assertion is used up
        return room_.body(answer);
    }
    [[nodiscard]] bool is_active(std::string const& client, std::string const& token) {
        auto const document = introspected(client, token);
        bool const active = document.root().member("active")->boolean();
        if (!active) {
            EXPECT_EQ(document.root().raw(), R"({"active":false})");
        }
        return active;
    }
    // Commits what it would write, and then what follows.
    int revoke(std::string const& client, std::string const& token) {
        auto prepared = room_.ask(&TokenStatus::revoke, form(client, {{"token", token}}));
        auto const status = prepared.status;
        auto const follows = prepared.after_commit;
        if (prepared.batch) {
            EXPECT_TRUE(room_.commit(std::move(prepared)).has_value());
            if (follows) follows();
        }
        return status;
    }
    [[nodiscard]] request::CallerPointer bearer(std::string const& token) {
        return must(authentication_.authenticate(
            testing::make_request(
                {.target = "/fhir", .headers = {{"Authorization", "Bearer " + token}}}),
            challenge_));
    }

    [[nodiscard]] std::string proof_by(crypto::SigningKey const& holder, std::string const& id,
                                       std::string const& url, std::string const& more) const {
        auto const header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" +
                            jose::to_jwk(holder.verifying_key(), "x", holder.algorithm()) + "}";
        auto const claims = R"({"jti":")" + id + R"(","htm":"POST","htu":")" + url + R"(","iat":)" +
                            std::to_string(to_unix_seconds(instance_.clock.now())) + more + "}";
        auto const text = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(claims));
        return text + "." + to_base64url(holder.sign(bytes_of(text)));
    }

    testing::TestInstance instance_;
    OauthRoom room_{instance_};
    ClientKey key_ = ClientKey::make("k1");
    request::Challenge challenge_;
    authentication::Authentication authentication_{room_.tenant(), room_.verified(), room_.guards(),
                                                   instance_.clock};
    int assertions_ = 0;
};

TEST_F(TokenStatusTest, AClientLearnsOfItsOwnToken) {
    auto const document = introspected("one", token_of("one"));
    auto const root = document.root();
    EXPECT_TRUE(root.member("active")->boolean());
    EXPECT_EQ(root.text_member("client_id"), "one");
    EXPECT_EQ(root.text_member("scope"), "system/*.rs");
    EXPECT_EQ(root.text_member("token_type"), "Bearer");
    EXPECT_EQ(root.text_member("iss"), "https://localhost:8443");
    EXPECT_EQ(root.text_member("aud"), "https://localhost:8443/fhir");
    EXPECT_EQ(root.text_member("purpose_of_use"), "TREAT");
    EXPECT_EQ(root.member("exp")->integer(),
              to_unix_seconds(instance_.clock.now()) + limits::kAccessTokenLife.count());
    EXPECT_FALSE(root.member("cnf").has_value());
}

TEST_F(TokenStatusTest, OfAnotherClientsTokenOnlyWithTheScope) {
    auto const token = token_of("one");
    EXPECT_FALSE(is_active("two", token));
    EXPECT_TRUE(is_active("watcher", token));
}

TEST_F(TokenStatusTest, WhatIsNoLiveTokenIsInactive) {
    auto const token = token_of("one");
    EXPECT_FALSE(is_active("one", "x"));
    EXPECT_FALSE(is_active("one", token + "x"));
    EXPECT_FALSE(is_active("one", token.substr(0, token.size() - 1)));
    EXPECT_FALSE(is_active("one", key_.sign({{"iss", "\"one\""}})));
    instance_.clock.advance(limits::kAccessTokenLife + limits::kClockSkew);
    EXPECT_FALSE(is_active("one", token));
}

TEST_F(TokenStatusTest, WhoIsNoClientLearnsNothing) {
    auto const token = token_of("one");
    for (auto const status : {&TokenStatus::introspect, &TokenStatus::revoke}) {
        auto const answer = room_.ask(status, testing::form_of({{"token", token}}));
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(room_.body(answer).root().text_member("error"), "invalid_client");
        EXPECT_EQ(room_.ask(status, form("stranger", {{"token", token}})).status, 401);
        EXPECT_EQ(room_.ask(status, form("one", {})).status, 400);
        EXPECT_EQ(room_.ask(status, form("one", {{"token", token}, {"token", token}})).status, 400);
    }
    EXPECT_TRUE(is_active("one", token));
}

TEST_F(TokenStatusTest, AnAssertionWorksOnceHereToo) {
    auto const asked = form("one", {{"token", token_of("one")}});
    auto first = room_.ask(&TokenStatus::introspect, asked);
    EXPECT_TRUE(room_.commit(std::move(first)).has_value());
    EXPECT_EQ(room_.ask(&TokenStatus::introspect, asked).status, 401);
    EXPECT_EQ(room_.ask(&TokenStatus::revoke, asked).status, 401);
}

TEST_F(TokenStatusTest, TheBearerOfATokenMayAsk) {
    auto const token = token_of("one");
    auto const ask = [&](std::string const& with) {
        auto const answer =
            room_.ask(&TokenStatus::introspect, testing::form_of({{"token", token}}), bearer(with));
        EXPECT_FALSE(answer.batch.has_value());  // nothing is used up
        return room_.body(answer).root().member("active")->boolean();
    };
    EXPECT_TRUE(ask(token));
    EXPECT_FALSE(ask(token_of("two")));
    EXPECT_FALSE(ask(token_of("watcher")));  // its token has not the scope
    EXPECT_TRUE(ask(token_of("watcher", "admin/tokens.read")));
}

TEST_F(TokenStatusTest, ARevokedTokenIsNoneAtOnce) {
    auto const token = token_of("one");
    auto const other = token_of("one");
    EXPECT_EQ(bearer(token)->facts().client.text(), "one");
    EXPECT_EQ(revoke("two", token), 400);
    EXPECT_TRUE(is_active("one", token));
    EXPECT_EQ(revoke("one", token), 200);
    EXPECT_FALSE(is_active("one", token));
    EXPECT_FALSE(is_active("watcher", token));
    auto const refused = authentication_.authenticate(
        testing::make_request(
            {.target = "/fhir", .headers = {{"Authorization", "Bearer " + token}}}),
        challenge_);
    EXPECT_EQ(refused.error().code, Errc::unauthenticated);
    EXPECT_EQ(bearer(other)->facts().client.text(), "one");
    // Again, and what never was one (RFC 7009 section 2.2).
    EXPECT_EQ(revoke("one", token), 200);
    EXPECT_EQ(revoke("two", "x"), 200);
}

// A token that was verified here is not verified again, whoever asks first.
TEST_F(TokenStatusTest, ASignatureIsCheckedOnce) {
    auto const token = token_of("one");
    auto const& statistics = room_.verified().statistics();
    EXPECT_TRUE(is_active("one", token));
    EXPECT_TRUE(is_active("watcher", token));
    EXPECT_EQ(bearer(token)->facts().client.text(), "one");
    EXPECT_EQ(statistics.verified, 1U);
    EXPECT_EQ(statistics.remembered, 2U);
    // Who may not learn of it does not, though it is remembered.
    EXPECT_FALSE(is_active("two", token));
    auto const other = token_of("one");
    EXPECT_EQ(bearer(other)->facts().client.text(), "one");
    EXPECT_TRUE(is_active("one", other));
    EXPECT_EQ(statistics.verified, 2U);
    // What is no token is none each time.
    EXPECT_FALSE(is_active("one", token + "x"));
    EXPECT_FALSE(is_active("one", std::string(limits::kTokenBytes + 1, 'x')));
    EXPECT_EQ(statistics.verified, 2U);
}

TEST_F(TokenStatusTest, WhatIsRememberedEndsWithTheToken) {
    auto const token = token_of("one");
    EXPECT_TRUE(is_active("one", token));
    instance_.clock.advance(limits::kAccessTokenLife - std::chrono::seconds(1));
    EXPECT_TRUE(is_active("one", token));
    EXPECT_EQ(room_.verified().statistics().verified, 1U);
    instance_.clock.advance(std::chrono::seconds(1) + limits::kClockSkew);
    EXPECT_FALSE(is_active("one", token));
}

TEST_F(TokenStatusTest, WhatIsRememberedEndsWithItsRevocation) {
    auto const token = token_of("one");
    ASSERT_TRUE(is_active("one", token));
    ASSERT_EQ(revoke("one", token), 200);
    EXPECT_FALSE(is_active("one", token));
    // Of another event loop's memory, too, which has the news and not the request.
    authentication::VerifiedTokens elsewhere(room_.tenant(), room_.keys(), room_.guards(),
                                             room_.standing(), instance_.clock);
    auto const next = token_of("one");
    ASSERT_TRUE(elsewhere.find(next).has_value());
    ASSERT_EQ(revoke("one", next), 200);
    EXPECT_EQ(elsewhere.find(next).error().code, Errc::unauthenticated);
}

// A key that signs no more stands for its last token, and both doors agree about it.
TEST_F(TokenStatusTest, WhatIsRememberedEndsBeforeItsKey) {
    auto const token = token_of("one");
    ASSERT_TRUE(is_active("one", token));
    auto& rotation = room_.tenant().keyring.rotation();
    auto const next = must(rotation.begin_purpose_key(keys::Purpose::token_signing));
    ASSERT_TRUE(room_.keys().rotate(next, instance_.clock.now()).has_value());
    EXPECT_TRUE(is_active("one", token));
    EXPECT_EQ(bearer(token)->facts().client.text(), "one");
    instance_.clock.advance(limits::kAccessTokenLife + limits::kClockSkew +
                            std::chrono::seconds(2));
    ASSERT_EQ(must(room_.keys().destroy_expired(instance_.clock.now())), 1U);
    EXPECT_FALSE(is_active("one", token));
    auto const refused = authentication_.authenticate(
        testing::make_request(
            {.target = "/fhir", .headers = {{"Authorization", "Bearer " + token}}}),
        challenge_);
    EXPECT_EQ(refused.error().code, Errc::unauthenticated);
}

TEST_F(TokenStatusTest, AClientsRolesAreInItsTokens) {
    auto json = OauthRoom::client_json("registry", {key_.jwk()});
    json.insert(json.size() - 1, R"(,"roles":["registry","auditor"])");
    room_.add_client(json);
    auto const token = token_of("registry");
    auto const document = introspected("registry", token);
    EXPECT_EQ(document.root().member("roles")->raw(), R"(["auditor","registry"])");
    auto const& roles = bearer(token)->facts().roles;
    ASSERT_EQ(roles.size(), 2U);
    EXPECT_EQ(roles[0].text(), "auditor");
    EXPECT_FALSE(introspected("one", token_of("one")).root().member("roles").has_value());
}

// And with them everything that was issued to it.
TEST_F(TokenStatusTest, TokensOfARemovedClientEndAtOnce) {
    auto const remembered = token_of("one");
    auto const other = token_of("one");
    ASSERT_TRUE(is_active("watcher", remembered));
    request::IntentFacts facts;
    facts.interaction = request::Interaction::client_remove;
    facts.tenant = room_.tenant().name;
    facts.id = EphiText(std::string("one"));
    auto exchange = testing::make_exchange(
        room_.tenant(),
        testing::make_request({.method = http::Method::remove, .target = "/admin/clients/one"}));
    auto prepared = must(remove_client(
        room_.home().records(), room_.parser(), instance_.clock, exchange,
        testing::make_permit(bearer(token_of("watcher")), testing::make_intent(std::move(facts))),
        room_.guards().revocations));
    auto const follows = prepared.after_commit;
    ASSERT_TRUE(room_.commit(std::move(prepared)).has_value());
    follows();
    EXPECT_FALSE(is_active("watcher", remembered));
    EXPECT_FALSE(is_active("watcher", other));
    // Its id is nobody else's, so no token of before is a later client's.
    EXPECT_EQ(room_.prepare_registration(OauthRoom::client_json("one", {key_.jwk()})).error().code,
              Errc::conflict);
    EXPECT_TRUE(is_active("two", token_of("two")));
}

// The store remembers as long as the token would count, and no longer.
TEST_F(TokenStatusTest, ARevocationOutlivesTheToken) {
    auto const token = token_of("one");
    ASSERT_EQ(revoke("one", token), 200);
    auto const end = limits::kAccessTokenLife + limits::kClockSkew;
    for (auto waited = std::chrono::seconds(0); waited < end; waited += end / 10) {
        ASSERT_TRUE(instance_.home
                        .run(instance_.store->expire(to_unix_seconds(instance_.clock.now()),
                                                     instance_.home))
                        .has_value());
        ASSERT_FALSE(is_active("one", token));
        instance_.clock.advance(end / 10);
    }
}

TEST_F(TokenStatusTest, AProofBindsTheToken) {
    auto const holder = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    auto const proof = [&](std::string const& id, std::string const& url,
                           std::string const& more = "") {
        return proof_by(holder, id, url, more);
    };
    testing::FormFields const fields{{"grant_type", "client_credentials"},
                                     {"scope", "system/*.rs"}};
    std::string const url = "https://localhost:8443/oauth/token";
    auto prepared = room_.ask(form("one", fields), {{"DPoP", proof("a", url)}});
    ASSERT_EQ(prepared.status, 200);
    auto const document = room_.body(prepared);
    EXPECT_EQ(document.root().text_member("token_type"), "DPoP");
    auto const token = *document.root().text_member("access_token");
    auto const described = introspected("one", token);
    EXPECT_EQ(described.root().text_member("token_type"), "DPoP");
    EXPECT_EQ(described.root().member("cnf")->text_member("jkt"),
              jose::thumbprint(holder.verifying_key()));

    auto const refused = [&](testing::OauthRoom::Fields headers) {
        auto const answer = room_.ask(form("one", fields), std::move(headers));
        EXPECT_FALSE(answer.batch.has_value());
        return answer.status == 400 &&
               room_.body(answer).root().text_member("error") == "invalid_dpop_proof";
    };
    EXPECT_TRUE(refused({{"DPoP", proof("a", url)}}));  // used before
    EXPECT_TRUE(refused({{"DPoP", proof("b", "https://localhost:8443/oauth/revoke")}}));
    EXPECT_TRUE(refused({{"DPoP", "x"}}));
    EXPECT_TRUE(refused({{"DPoP", proof("c", url)}, {"DPoP", proof("d", url)}}));

    // RFC 9449 section 8, where the operator asks for nonces.
    room_.guards().proofs.require_nonces();
    auto const asked = room_.ask(form("one", fields), {{"DPoP", proof("e", url)}});
    EXPECT_EQ(asked.status, 400);
    EXPECT_EQ(room_.body(asked).root().text_member("error"), "use_dpop_nonce");
    auto const nonce = std::string(asked.headers.get("DPoP-Nonce").value_or(""));
    auto const with_nonce = proof("f", url, R"(,"nonce":")" + nonce + "\"");
    EXPECT_EQ(room_.ask(form("one", fields), {{"DPoP", with_nonce}}).status, 200);
    EXPECT_TRUE(refused({{"DPoP", with_nonce}}));
}

// S34. Which proofs the process before took is not known to this one.
TEST_F(TokenStatusTest, AfterAStartAProofNeedsANonceS34) {
    authentication::TokenGuards guards(instance_.clock.now(), instance_.random);
    auto const holder = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    constexpr auto kUrl = "https://localhost:8443/oauth/token";
    auto const ask = [&](std::string const& id, std::string const& more) {
        auto exchange = testing::make_exchange(
            room_.tenant(),
            testing::make_request({.method = http::Method::post,
                                   .target = "/oauth/token",
                                   .headers = {{"DPoP", proof_by(holder, id, kUrl, more)}}}));
        auto const key = proven_key(exchange, kUrl, ClientId("one"), guards, instance_.clock);
        EXPECT_EQ(key.has_value(), exchange.challenge.error == request::CredentialError::none);
        if (key) return std::string();
        auto const answer = key_not_proven(exchange);
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(room_.body(answer).root().text_member("error"), "use_dpop_nonce");
        return std::string(answer.headers.get("DPoP-Nonce").value_or(""));
    };
    auto const nonce = ask("a", "");
    ASSERT_FALSE(nonce.empty());
    EXPECT_NE(ask("b", R"(,"nonce":"another")"), "");
    EXPECT_EQ(ask("c", R"(,"nonce":")" + nonce + "\""), "");
    instance_.clock.advance(limits::kClockSkew);
    EXPECT_EQ(ask("d", ""), "");
}

TEST_F(TokenStatusTest, AClientThatIsBoundGetsNoBearerToken) {
    auto json = OauthRoom::client_json("bound", {key_.jwk()});
    json.insert(json.size() - 1, R"(,"dpop_bound_access_tokens":true)");
    room_.add_client(json);
    auto const answer =
        room_.ask(form("bound", {{"grant_type", "client_credentials"}, {"scope", "system/*.rs"}}));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(room_.body(answer).root().text_member("error"), "invalid_dpop_proof");
    for (auto const* value : {"1", "null", "\"true\"", "[]"}) {
        auto wrong = OauthRoom::client_json("wrong", {key_.jwk()});
        wrong.insert(wrong.size() - 1, std::string(R"(,"dpop_bound_access_tokens":)") + value);
        EXPECT_FALSE(room_.prepare_registration(wrong).has_value()) << value;
    }
}

}  // namespace
}  // namespace salus::oauth
