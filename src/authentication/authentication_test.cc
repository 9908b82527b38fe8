// Forged, stale and misplaced tokens against a real tenant's keys.
#include "authentication/authentication.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>

#include "authentication/authentication_for_test.h"
#include "crypto/hmac.h"
#include "foundation/limits.h"
#include "jose/jws.h"
#include "keys/sealed_file.h"
#include "request/tenant_for_test.h"

namespace salus::authentication {
namespace {

using testing::make_request;
using testing::must;

// Claims by name, each value as JSON text, so that a test can take one away or spoil it.
using ClaimTexts = std::map<std::string, std::string>;

std::string json_of(ClaimTexts const& claims) {
    std::string out = "{";
    for (auto const& [name, value] : claims) {
        out += (out.size() > 1 ? "," : "") + ("\"" + name + "\":" + value);
    }
    return out + "}";
}

class AuthenticationTest : public ::testing::Test {
protected:
    [[nodiscard]] std::int64_t now() const { return to_unix_seconds(instance_.clock.now()); }
    [[nodiscard]] ClaimTexts claims() const {
        return {{"iss", "\"https://localhost:8443\""},
                {"aud", "\"https://localhost:8443/fhir\""},
                {"sub", "\"client-1\""},
                {"client_id", "\"client-1\""},
                {"iat", std::to_string(now())},
                {"exp", std::to_string(now() + 300)},
                {"jti", "\"jti-1\""},
                {"scope", "\"system/*.rs\""},
                {"purpose_of_use", "\"TREAT\""}};
    }
    [[nodiscard]] std::string sign(ClaimTexts const& claims, char const* type = "at+jwt") const {
        return jose::sign_compact(keys_.current()->signing_key(), keys_.current()->key_id(), type,
                                  json_of(claims));
    }
    [[nodiscard]] std::string with(std::string const& name, std::string const& value) const {
        auto changed = claims();
        changed[name] = value;
        return sign(changed);
    }
    [[nodiscard]] std::string without(std::string const& name) const {
        auto changed = claims();
        changed.erase(name);
        return sign(changed);
    }
    // A compact token of our making, with a signature by whatever function.
    template <class Sign>
    [[nodiscard]] std::string forge(std::string const& header, std::string const& payload,
                                    Sign const& signature) const {
        auto text = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload));
        auto const signed_bytes = signature(text);
        return text + "." + to_base64url(signed_bytes);
    }
    Result<request::CallerPointer> authenticate(std::string const& token) {
        return authentication_.authenticate(
            make_request(
                {.target = "/fhir/Patient/1", .headers = {{"Authorization", "Bearer " + token}}}),
            challenge_);
    }
    void expect_refused(std::string const& token, std::string const& what) {
        auto const caller = authenticate(token);
        ASSERT_FALSE(caller.has_value()) << what;
        EXPECT_EQ(caller.error().code, Errc::unauthenticated) << what;
        // Which part was wrong helps only an attacker.
        EXPECT_EQ(caller.error().why, Literal("the access token is not valid")) << what;
    }

    testing::TestInstance instance_;
    testing::TestTenant tenant_{instance_};
    TokenKeys keys_ = must(
        TokenKeys::open(tenant_.directory() / "token.sealed", tenant_.tenant(), instance_.random));
    TokenGuards guards_{instance_.clock.now() - limits::kClockSkew, instance_.random};
    testing::StandingForTest standing_;
    request::Challenge challenge_;
    VerifiedTokens verified_{tenant_.tenant(), keys_, guards_, standing_, instance_.clock};
    Authentication authentication_{tenant_.tenant(), verified_, guards_, instance_.clock};
};

TEST_F(AuthenticationTest, AValidTokenBecomesACaller) {
    auto const caller = authenticate(sign(claims()));
    ASSERT_TRUE(caller.has_value());
    auto const& facts = (*caller)->facts();
    EXPECT_FALSE(facts.anonymous);
    EXPECT_EQ(facts.tenant.text(), "default");
    EXPECT_EQ(facts.client.text(), "client-1");
    EXPECT_EQ(facts.token_id, "jti-1");
    EXPECT_EQ(facts.purpose, request::PurposeOfUse::treatment);
    EXPECT_EQ(facts.scope_text, "system/*.rs");
    EXPECT_FALSE(facts.patient_compartment.has_value());
}

TEST_F(AuthenticationTest, ForgedHeadersAndSignatures) {
    auto const payload = json_of(claims());
    auto const kid = keys_.current()->key_id();
    auto const by_us = [&](std::string const& text) {
        return keys_.current()->signing_key().sign(bytes_of(text));
    };
    auto const nothing = [](std::string const&) { return Bytes(); };
    auto const header = [&](std::string const& alg, std::string const& rest) {
        return R"({"alg":")" + alg + R"(","kid":")" + kid + "\"" + rest + "}";
    };
    std::string const type = R"(,"typ":"at+jwt")";
    ASSERT_TRUE(authenticate(forge(header("ES256", type), payload, by_us)).has_value());

    for (auto const* none : {"none", "None", "NONE", "nOnE", ""}) {
        expect_refused(forge(header(none, type), payload, nothing), none);
        expect_refused(forge(header(none, type), payload, by_us), none);
    }
    // HMAC with what everybody can read: the JWK set, the SPKI of the key.
    auto const spki = keys_.current()->signing_key().verifying_key().spki();
    for (auto const& public_bytes :
         {BytesView(spki), bytes_of(keys_.current()->json_web_key_set())}) {
        expect_refused(forge(header("HS256", type), payload,
                             [&](std::string const& text) {
                                 auto const code =
                                     crypto::hmac_sha256(public_bytes, {bytes_of(text)});
                                 return Bytes(code.begin(), code.end());
                             }),
                       "HS256");
    }
    for (auto const* alg : {"ES384", "RS256", "PS256", "EdDSA", "es256", "ES256K"}) {
        expect_refused(forge(header(alg, type), payload, by_us), alg);
    }
    expect_refused(forge(header("ES256", type + R"(,"crit":["b64"],"b64":false)"), payload, by_us),
                   "crit");
    expect_refused(
        forge(header("ES256", type + R"(,"jku":"https://evil.example/k")"), payload, by_us), "jku");
    expect_refused(forge(R"({"alg":"ES256","kid":"another","typ":"at+jwt"})", payload, by_us),
                   "kid");
    expect_refused(forge(R"({"alg":"ES256","typ":"at+jwt"})", payload, by_us), "no kid");
    // Another key of the right kind under our kid; and one that the header brings along.
    auto const strange = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    auto const by_stranger = [&](std::string const& text) { return strange.sign(bytes_of(text)); };
    expect_refused(forge(header("ES256", type), payload, by_stranger), "another key");
    auto const jwk = jose::to_jwk(strange.verifying_key(), kid, crypto::SignatureAlgorithm::es256);
    expect_refused(forge(header("ES256", type + ",\"jwk\":" + jwk), payload, by_stranger), "jwk");
}

TEST_F(AuthenticationTest, OtherKindsOfTokensAreNoAccessTokens) {
    for (auto const* type :
         {"JWT", "jwt", "id_token+jwt", "logout+jwt", "dpop+jwt", "at+jws", ""}) {
        expect_refused(sign(claims(), type), type);
    }
    EXPECT_TRUE(authenticate(sign(claims(), "application/at+jwt")).has_value());
}

TEST_F(AuthenticationTest, ADeviceIsWhatTheTokenSaysAndNothingElse) {
    auto const said = [&](std::string const& value) {
        return must(authenticate(with("device", value)))->facts().device;
    };
    EXPECT_EQ(must(authenticate(sign(claims())))->facts().device, request::DevicePosture{});
    EXPECT_EQ(said(R"({"managed":true,"encrypted":true})"),
              (request::DevicePosture{.claimed = true, .managed = true, .encrypted = true}));
    EXPECT_EQ(said("{}"), (request::DevicePosture{.claimed = true}));
    for (auto const* value : {"true", "null", R"({"managed":1})", R"({"rooted":true})", "[]"})
        expect_refused(with("device", value), value);
    // Of an assertion, not of a token.
    EXPECT_EQ(must(authenticate(with("device_posture", R"({"managed":true})")))->facts().device,
              request::DevicePosture{});
}

TEST_F(AuthenticationTest, DamagedTokens) {
    auto const token = sign(claims());
    auto const dot = token.rfind('.');
    auto const signature = *from_base64url(token.substr(dot + 1));
    ASSERT_EQ(signature.size(), 64U);
    for (std::size_t size = 0; size < 64; size += 7) {
        auto const cut = BytesView(signature).first(size);
        expect_refused(token.substr(0, dot + 1) + to_base64url(cut), "truncated");
    }
    auto longer = signature;
    longer.push_back(0);
    expect_refused(token.substr(0, dot + 1) + to_base64url(longer), "over-long");
    for (std::size_t at = 0; at < token.size(); at += 5) {
        auto flipped = token;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        if (flipped != token) expect_refused(flipped, "flipped at " + std::to_string(at));
    }
    for (auto const& text :
         {token + "=", token + ".", "." + token, token + "." + token, token.substr(0, dot),
          token.substr(0, token.find('.')), std::string(".."), std::string("x"),
          token.substr(0, dot) + "\n" + token.substr(dot), " " + token, token + " "}) {
        expect_refused(text, text);
    }
    expect_refused(std::string(limits::kTokenBytes + 1, 'a'), "too long");
}

TEST_F(AuthenticationTest, WrongIssuersAndAudiences) {
    for (auto const* issuer : {"\"https://localhost:8443/\"", "\"https://localhost:8443/t/north\"",
                               "\"http://localhost:8443\"", "\"HTTPS://LOCALHOST:8443\"", "\"\"",
                               "1", "null", "[\"https://localhost:8443\"]", "{}"}) {
        expect_refused(with("iss", issuer), issuer);
    }
    for (auto const* audience :
         {"\"https://localhost:8443\"", "\"https://localhost:8443/oauth/token\"",
          "\"https://localhost:8443/t/north/fhir\"", "\"https://localhost:8443/fhir/\"", "\"\"",
          "[]", "null", "7", "[\"https://localhost:8443/fhir\",\"https://other.example\"]",
          "[\"https://localhost:8443/fhir\",3]", "[[\"https://localhost:8443/fhir\"]]"}) {
        expect_refused(with("aud", audience), audience);
    }
    EXPECT_TRUE(authenticate(with("aud", "[\"https://localhost:8443/fhir\"]")).has_value());
}

TEST_F(AuthenticationTest, TimesToTheSecond) {
    auto const skew = limits::kClockSkew.count();
    expect_refused(with("exp", std::to_string(now() - skew)), "expired, at the edge");
    EXPECT_TRUE(authenticate(with("exp", std::to_string(now() - skew + 1))).has_value());
    expect_refused(with("nbf", std::to_string(now() + skew + 1)), "not yet");
    EXPECT_TRUE(authenticate(with("nbf", std::to_string(now() + skew))).has_value());
    expect_refused(with("iat", std::to_string(now() + skew + 1)), "issued in the future");
    for (auto const* time : {"\"2000000000\"", "null", "1e10", "1795421730.5", "-1", "true"}) {
        expect_refused(with("exp", time), time);
    }
}

TEST_F(AuthenticationTest, EveryClaimIsNeeded) {
    for (auto const* name : {"iss", "aud", "exp", "jti", "client_id", "scope", "purpose_of_use"}) {
        expect_refused(without(name), name);
        expect_refused(with(name, "\"\""), name);
        expect_refused(with(name, "null"), name);
        expect_refused(with(name, "{}"), name);
    }
    expect_refused(with("scope", "\"system/*.rs openid\""), "an unknown scope");
    expect_refused(with("scope", "\"system/*.sr\""), "a scope out of order");
    expect_refused(with("scope", "[\"system/*.rs\"]"), "a list of scopes");
    expect_refused(with("purpose_of_use", "\"treat\""), "an unknown purpose");
    expect_refused(with("purpose_of_use", "[\"TREAT\"]"), "a list of purposes");
}

TEST_F(AuthenticationTest, RolesAreThoseThatWeSigned) {
    EXPECT_TRUE(must(authenticate(sign(claims())))->facts().roles.empty());
    auto const caller = must(authenticate(with("roles", R"(["nurse","physician"])")));
    ASSERT_EQ(caller->facts().roles.size(), 2U);
    EXPECT_EQ(caller->facts().roles[0].text(), "nurse");
    EXPECT_EQ(caller->facts().roles[1].text(), "physician");
    expect_refused(with("roles", R"("nurse physician")"), "roles as a text");
    expect_refused(with("roles", R"(["nurse",7])"), "a role that is a number");
    expect_refused(with("roles", R"(["Nurse"])"), "a role that is no name");
    std::string many = "[\"a0\"";
    for (std::size_t i = 1; i < request::kRolesOfCaller; ++i)
        many += ",\"a" + std::to_string(i) + "\"";
    EXPECT_EQ(must(authenticate(with("roles", many + "]")))->facts().roles.size(),
              request::kRolesOfCaller);
    expect_refused(with("roles", many + ",\"b\"]"), "too many roles");
}

TEST_F(AuthenticationTest, ATokenOfAnotherTenantOpensNothing) {
    testing::TestTenant north(instance_, "north", "/t/north");
    auto const keys =
        must(TokenKeys::open(north.directory() / "token.sealed", north.tenant(), instance_.random));
    EXPECT_NE(keys.current()->key_id(), keys_.current()->key_id());
    VerifiedTokens verified(north.tenant(), keys, guards_, standing_, instance_.clock);
    Authentication of_north(north.tenant(), verified, guards_, instance_.clock);
    auto const request = make_request(
        {.target = "/t/north/fhir", .headers = {{"Authorization", "Bearer " + sign(claims())}}});
    EXPECT_EQ(of_north.authenticate(request, challenge_).error().code, Errc::unauthenticated);
    // Nor does the key file open in another tenant's place.
    auto const moved =
        TokenKeys::open(tenant_.directory() / "token.sealed", north.tenant(), instance_.random);
    EXPECT_EQ(moved.error().code, Errc::corrupt);
}

TEST_F(AuthenticationTest, TheSigningKeySurvivesARestartAndNothingPrivateIsPublished) {
    auto const again = must(
        TokenKeys::open(tenant_.directory() / "token.sealed", tenant_.tenant(), instance_.random));
    EXPECT_EQ(again.current()->key_id(), keys_.current()->key_id());
    EXPECT_EQ(keys_.current()->json_web_key_set().find("\"d\""), std::string::npos);
}

// The old key verifies until its last token has expired, then nothing that it signed is a token.
TEST_F(AuthenticationTest, ANewSigningKeyTakesOverWithoutRefusingAToken) {
    auto const path = tenant_.directory() / "token.sealed";
    auto& rotation = tenant_.tenant().keyring.rotation();
    auto const old = keys_.current();
    auto const old_token = sign(claims());
    auto const next = must(rotation.begin_purpose_key(keys::Purpose::token_signing));
    ASSERT_TRUE(keys_.rotate(next, instance_.clock.now()));
    auto const fresh = keys_.current();
    EXPECT_NE(fresh->key_id(), old->key_id());
    // As after a crash: the same step again, and a start in between.
    ASSERT_TRUE(keys_.rotate(next, instance_.clock.now()));
    EXPECT_EQ(keys_.current()->key_id(), fresh->key_id());
    EXPECT_EQ(must(TokenKeys::open(path, tenant_.tenant(), instance_.random)).current()->key_id(),
              fresh->key_id());
    ASSERT_TRUE(
        rotation.set_purpose_state(keys::Purpose::token_signing, next, keys::KeyState::active));
    ASSERT_TRUE(rotation.destroy_purpose_key(keys::Purpose::token_signing, 1));
    EXPECT_TRUE(authenticate(old_token));
    EXPECT_TRUE(authenticate(sign(claims())));
    for (auto const& id : {old->key_id(), fresh->key_id()}) {
        EXPECT_NE(keys_.current()->json_web_key_set().find(id), std::string::npos);
    }
    EXPECT_EQ(must(keys_.destroy_expired(instance_.clock.now())), 0U);
    instance_.clock.advance(limits::kAccessTokenLife + limits::kClockSkew +
                            std::chrono::seconds(2));
    EXPECT_EQ(must(keys_.destroy_expired(instance_.clock.now())), 1U);
    auto const opened = must(TokenKeys::open(path, tenant_.tenant(), instance_.random));
    EXPECT_EQ(opened.current()->keys().size(), 1U);
    EXPECT_EQ(opened.current()->verifying_keys().find(old->key_id()), nullptr);
}

// The operator's change of mind: tokens of before count until they expire.
TEST_F(AuthenticationTest, AnotherAlgorithmSignsAndTheOldKeyVerifies) {
    using enum crypto::SignatureAlgorithm;
    auto const old = keys_.current();
    auto const old_token = sign(claims());
    ASSERT_TRUE(keys_.sign_by(es256, instance_.clock.now()));
    EXPECT_EQ(keys_.current()->key_id(), old->key_id());
    ASSERT_TRUE(keys_.sign_by(rs256, instance_.clock.now()));
    EXPECT_EQ(keys_.current()->signing_key().algorithm(), rs256);
    auto const token = sign(claims());
    EXPECT_TRUE(authenticate(token));
    EXPECT_TRUE(authenticate(old_token));
    EXPECT_NE(keys_.current()->json_web_key_set().find(R"("alg":"RS256")"), std::string::npos);
    auto const path = tenant_.directory() / "token.sealed";
    auto const opened = must(TokenKeys::open(path, tenant_.tenant(), instance_.random));
    EXPECT_EQ(opened.current()->key_id(), keys_.current()->key_id());

    // A rotation stays with the algorithm.
    auto& rotation = tenant_.tenant().keyring.rotation();
    auto const next = must(rotation.begin_purpose_key(keys::Purpose::token_signing));
    ASSERT_TRUE(keys_.rotate(next, instance_.clock.now()));
    EXPECT_EQ(keys_.current()->signing_key().algorithm(), rs256);
    EXPECT_TRUE(authenticate(token));
    instance_.clock.advance(limits::kAccessTokenLife + limits::kClockSkew +
                            std::chrono::seconds(2));
    EXPECT_EQ(must(keys_.destroy_expired(instance_.clock.now())), 2U);
    EXPECT_EQ(keys_.current()->keys().size(), 1U);
}

// A file of version 0.1.0 holds the key alone, under version 1 of the purpose key.
TEST_F(AuthenticationTest, AnEarlierFileOpens) {
    auto const path = tenant_.directory() / "token.sealed";
    auto const seal_key = must(tenant_.tenant().keyring.purpose_key(keys::Purpose::token_signing));
    crypto::Context context;
    context.add(crypto::Context::Part::realm, tenant_.tenant().realm)
        .add(crypto::Context::Part::tenant, tenant_.tenant().name.text())
        .add(crypto::Context::Part::object_class, "token-signing-key");
    auto const secret = keys_.current()->signing_key().to_pkcs8();
    ASSERT_TRUE(keys::seal_to_file(path, seal_key, context, secret.reveal(), instance_.random));
    auto const opened = must(TokenKeys::open(path, tenant_.tenant(), instance_.random));
    EXPECT_EQ(opened.current()->key_id(), keys_.current()->key_id());
}

TEST_F(AuthenticationTest, TheCacheEndsWithTheToken) {
    auto const token = sign(claims());
    ASSERT_TRUE(authenticate(token).has_value());
    ASSERT_TRUE(authenticate(token).has_value());
    EXPECT_EQ(verified_.statistics().verified, 1U);
    EXPECT_EQ(verified_.statistics().remembered, 1U);
    instance_.clock.advance(std::chrono::seconds(300));  // exp itself: not from the cache
    ASSERT_TRUE(authenticate(token).has_value());        // within the skew, verified anew
    EXPECT_EQ(verified_.statistics().verified, 2U);
    EXPECT_EQ(verified_.statistics().remembered, 1U);
    instance_.clock.advance(limits::kClockSkew);
    expect_refused(token, "expired, though it was cached");
    // A clock that is set back does not revive what it would have refused to begin with.
    expect_refused(token + "x", "another token");
    EXPECT_EQ(authentication_.requests_refused(), 2U);
}

TEST_F(AuthenticationTest, OnlyOneBearerTokenInOneHeader) {
    auto const token = sign(claims());
    auto const refuses = [&](std::vector<std::pair<std::string, std::string>> headers) {
        auto const caller = authentication_.authenticate(
            make_request({.target = "/", .headers = headers}), challenge_);
        return !caller && caller.error().code == Errc::unauthenticated;
    };
    EXPECT_TRUE(refuses({{"Authorization", "Bearer " + token}, {"authorization", "Bearer x"}}));
    EXPECT_TRUE(
        refuses({{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token}}));
    for (auto const& value :
         {std::string("Basic Y2xpZW50OnNlY3JldA=="), "Token " + token, std::string("Bearer"),
          std::string("Bearer "), std::string(""), token, "Bearer  " + token, "Bearer\t" + token,
          "BearerX " + token, "Bearer, " + token, "Basic x, Bearer " + token}) {
        EXPECT_TRUE(refuses({{"Authorization", value}})) << value;
    }
    EXPECT_FALSE(refuses({{"Authorization", "bEARER " + token}}));
}

TEST_F(AuthenticationTest, ATokenElsewhereIsNotLookedAt) {
    auto const token = sign(claims());
    auto const caller = authentication_.authenticate(
        make_request({.method = http::Method::post,
                      .target = "/fhir/Patient?access_token=" + token,
                      .headers = {{"Cookie", "access_token=" + token},
                                  {"X-Authorization", "Bearer " + token},
                                  {"Proxy-Authorization", "Bearer " + token}},
                      .body = "access_token=" + token}),
        challenge_);
    ASSERT_TRUE(caller.has_value());
    EXPECT_TRUE((*caller)->anonymous());
}

// What was verified is remembered, and its signature is not looked at again: no reason to take it
// for longer than it says.
TEST_F(AuthenticationTest, AClockThatIsSetBackKeepsNoTokenInMemory) {
    auto const token = sign(claims());
    ASSERT_TRUE(authenticate(token));
    instance_.clock.step_wall(std::chrono::hours(-1));
    instance_.clock.advance(std::chrono::seconds(299));
    EXPECT_TRUE(authenticate(token));
    instance_.clock.advance(std::chrono::seconds(1));
    expect_refused(token, "after its time, in an hour that it was not issued in");
}

TEST_F(AuthenticationTest, AClockThatIsSetBackMakesNoEmergencyLonger) {
    auto emergency = claims();
    emergency["sub"] = "\"ada\"";
    emergency["purpose_of_use"] = "\"ETREAT\"";
    emergency["grant_id"] = "\"grant-1\"";
    emergency["auth_time"] = std::to_string(now());
    emergency["acr"] = "\"phr\"";
    emergency["patient_compartment"] = "\"00112233445566778899aabbccddeeff\"";
    emergency["emergency_until"] = std::to_string(now() + 300);
    auto const token = sign(emergency);
    ASSERT_TRUE(authenticate(token));
    instance_.clock.advance(std::chrono::seconds(250));
    instance_.clock.step_wall(std::chrono::seconds(-250));
    EXPECT_TRUE(authenticate(token));
    // Another token of it, which nobody has seen yet.
    emergency["jti"] = "\"jti-2\"";
    emergency["iat"] = std::to_string(now());
    auto const other = sign(emergency);
    instance_.clock.advance(std::chrono::seconds(50));
    expect_refused(token, "remembered");
    expect_refused(other, "seen for the first time");
    emergency["grant_id"] = "\"grant-2\"";
    emergency["jti"] = "\"jti-3\"";
    EXPECT_TRUE(authenticate(sign(emergency))) << "of another emergency";
}

}  // namespace
}  // namespace salus::authentication
