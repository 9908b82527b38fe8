// Client assertions by the rules of RFC 7523 and SMART Backend Services: the one that is right, and
// each way to be wrong.
#include "oauth/token_endpoint.h"

#include <gtest/gtest.h>

#include "crypto/hmac.h"
#include "foundation/limits.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClaimTexts;
using testing::ClientKey;
using testing::EphiTestAccess;
using testing::FormFields;
using testing::json_of;
using testing::must;

constexpr char const* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

class TokenEndpointTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.add_client(testing::OauthRoom::client_json("client-1", {key_.jwk(), second_.jwk()},
                                                         "system/*.rs", R"("HPAYMT","TREAT")"));
        room_.add_client(testing::OauthRoom::client_json("client-2", {other_.jwk()}));
    }

    [[nodiscard]] std::int64_t now() const { return to_unix_seconds(instance_.clock.now()); }
    [[nodiscard]] ClaimTexts claims(std::string const& client = "client-1") const {
        return {{"iss", "\"" + client + "\""},
                {"sub", "\"" + client + "\""},
                {"aud", "\"https://localhost:8443/oauth/token\""},
                {"iat", std::to_string(now())},
                {"exp", std::to_string(now() + 300)},
                {"jti", "\"jti-1\""}};
    }
    [[nodiscard]] std::string with(std::string const& name, std::string const& value) const {
        auto changed = claims();
        changed[name] = value;
        return key_.sign(changed);
    }
    [[nodiscard]] std::string without(std::string const& name) const {
        auto changed = claims();
        changed.erase(name);
        return key_.sign(changed);
    }
    [[nodiscard]] static FormFields fields(std::string const& assertion,
                                           std::string const& scope = "system/*.rs") {
        return {{"grant_type", "client_credentials"},
                {"client_assertion_type", kAssertionType},
                {"client_assertion", assertion},
                {"scope", scope}};
    }
    [[nodiscard]] request::Prepared ask(std::string const& assertion,
                                        std::string const& scope = "system/*.rs") {
        return room_.ask(testing::form_of(fields(assertion, scope)));
    }
    [[nodiscard]] bool accepted(std::string const& assertion) {
        return ask(assertion).status == 200;
    }
    // A protocol error with this code, and nothing that would be written.
    void expect_error(request::Prepared const& prepared, int status, std::string const& code,
                      std::string const& what) {
        EXPECT_EQ(prepared.status, status) << what;
        EXPECT_FALSE(prepared.batch.has_value()) << what;
        auto const document = room_.body(prepared);
        EXPECT_EQ(document.root().text_member("error"), code) << what;
        EXPECT_FALSE(document.root().member("access_token").has_value()) << what;
    }
    void expect_refused(std::string const& assertion, std::string const& what) {
        auto const prepared = ask(assertion);
        expect_error(prepared, 401, "invalid_client", what);
        // Which part was wrong helps only an attacker.
        EXPECT_EQ(room_.body(prepared).root().text_member("error_description"),
                  "the client assertion is not valid")
            << what;
        EXPECT_FALSE(room_.facts().proven_client.has_value()) << what;
    }

    testing::TestInstance instance_;
    testing::OauthRoom room_{instance_};
    ClientKey key_ = ClientKey::make("k1");
    ClientKey second_ = ClientKey::make("k2", crypto::SignatureAlgorithm::es384);
    ClientKey other_ = ClientKey::make("k1");  // another client's key under the same name
};

TEST_F(TokenEndpointTest, AValidAssertionIsWorthAToken) {
    auto const prepared = ask(key_.sign(claims()));
    ASSERT_EQ(prepared.status, 200);
    EXPECT_EQ(prepared.headers.get("Cache-Control"), "no-store");
    auto const document = room_.body(prepared);
    auto const root = document.root();
    EXPECT_EQ(root.text_member("token_type"), "Bearer");
    EXPECT_EQ(root.member("expires_in")->integer(), limits::kAccessTokenLife.count());
    EXPECT_EQ(root.text_member("scope"), "system/*.rs");
    EXPECT_FALSE(root.member("refresh_token").has_value());
    EXPECT_EQ(room_.facts().proven_client, ClientId("client-1"));
    EXPECT_EQ(EphiTestAccess::open(room_.facts().claimed_client), "client-1");

    request::Challenge challenge;
    authentication::Authentication authentication(room_.tenant(), room_.verified(), room_.guards(),
                                                  instance_.clock);
    auto const request = testing::make_request(
        {.target = "/fhir",
         .headers = {{"Authorization", "Bearer " + *root.text_member("access_token")}}});
    auto const caller = must(authentication.authenticate(request, challenge));
    EXPECT_EQ(caller->facts().client, ClientId("client-1"));
    EXPECT_EQ(caller->facts().scope_text, "system/*.rs");
    EXPECT_EQ(caller->facts().purpose, request::PurposeOfUse::payment);  // the first registered
    instance_.clock.advance(limits::kAccessTokenLife + limits::kClockSkew);
    EXPECT_EQ(authentication.authenticate(request, challenge).error().code, Errc::unauthenticated);
}

TEST_F(TokenEndpointTest, AudiencesThatAreUs) {
    EXPECT_TRUE(accepted(with("aud", "\"https://localhost:8443\"")));
    EXPECT_TRUE(accepted(with("aud", "[\"https://localhost:8443/oauth/token\"]")));
    EXPECT_TRUE(accepted(
        with("aud", "[\"https://localhost:8443/oauth/token\",\"https://localhost:8443\"]")));
    for (auto const* audience :
         {"\"https://localhost:8443/\"", "\"https://localhost:8443/fhir\"",
          "\"https://localhost:8443/oauth/token/\"", "\"https://localhost:8443/oauth/token?x\"",
          "\"http://localhost:8443/oauth/token\"", "\"https://LOCALHOST:8443/oauth/token\"",
          "\"https://localhost:8443/t/north/oauth/token\"", "\"client-1\"", "\"\"", "[]", "null",
          "true", "{}", "[\"https://localhost:8443/oauth/token\",\"https://other.example/token\"]",
          "[\"https://localhost:8443/oauth/token\",1]"}) {
        expect_refused(with("aud", audience), audience);
    }
}

TEST_F(TokenEndpointTest, IssuerAndSubjectAreTheClient) {
    for (auto const* claim : {"iss", "sub"}) {
        for (auto const* value :
             {"\"client-2\"", "\"client\"", "\"Client-1\"", "\"client-1 \"", "\"\"", "null", "1",
              "[\"client-1\"]", "\"no-such-client\"", "\"../client-1\"", "\"client-1|jti\""}) {
            expect_refused(with(claim, value), std::string(claim) + value);
        }
    }
    // Both changed alike is another client, whose key this is not.
    auto theirs = claims("client-2");
    expect_refused(key_.sign(theirs), "another client's name");
    EXPECT_TRUE(accepted(other_.sign(theirs)));
}

TEST_F(TokenEndpointTest, TimesToTheSecond) {
    auto const skew = limits::kClockSkew.count();
    auto const longest = limits::kAssertionLifeLongest.count();
    EXPECT_TRUE(accepted(with("exp", std::to_string(now() - skew + 1))));
    expect_refused(with("exp", std::to_string(now() - skew)), "expired");
    EXPECT_TRUE(accepted(with("exp", std::to_string(now() + longest + skew))));
    expect_refused(with("exp", std::to_string(now() + longest + skew + 1)), "valid for too long");
    expect_refused(with("exp", std::to_string(now() + 86'400)), "valid for a day");
    expect_refused(with("nbf", std::to_string(now() + skew + 1)), "not yet valid");
    expect_refused(with("iat", std::to_string(now() + skew + 1)), "issued in the future");
    for (auto const* time : {"\"4102444800\"", "null", "1e3", "-1", "17954217300000", "{}"}) {
        expect_refused(with("exp", time), time);
    }
}

TEST_F(TokenEndpointTest, EveryClaimIsNeeded) {
    for (auto const* claim : {"iss", "sub", "aud", "exp", "jti"}) {
        expect_refused(without(claim), claim);
    }
    for (auto const& jti : {std::string("\"\""), std::string("7"), std::string("null"),
                            std::string("[\"jti-1\"]"), "\"" + std::string(257, 'j') + "\""}) {
        expect_refused(with("jti", jti), jti);
    }
    EXPECT_TRUE(accepted(with("jti", "\"" + std::string(256, 'j') + "\"")));
}

TEST_F(TokenEndpointTest, AlgorithmsAndKeys) {
    auto const payload = json_of(claims());
    auto const forge = [&](std::string const& header, auto const& signature) {
        auto text = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload));
        return text + "." + to_base64url(signature(text));
    };
    auto const by_us = [&](std::string const& text) { return key_.key.sign(bytes_of(text)); };
    auto const nothing = [](std::string const&) { return Bytes(); };
    ASSERT_TRUE(accepted(forge(R"({"alg":"ES256","kid":"k1"})", by_us)));
    for (auto const* alg : {"none", "None", "", "ES384", "RS256", "PS256", "EdDSA", "es256"}) {
        auto const header = R"({"alg":")" + std::string(alg) + R"(","kid":"k1"})";
        expect_refused(forge(header, by_us), alg);
        expect_refused(forge(header, nothing), alg);
    }
    // HMAC with what everybody may know.
    auto const spki = key_.key.verifying_key().spki();
    auto const jwk = key_.jwk();
    for (auto const& secret : {BytesView(spki), bytes_of(jwk)}) {
        expect_refused(forge(R"({"alg":"HS256","kid":"k1"})",
                             [&](std::string const& text) {
                                 auto const code = crypto::hmac_sha256(secret, {bytes_of(text)});
                                 return Bytes(code.begin(), code.end());
                             }),
                       "HS256");
    }
    for (auto const* header : {R"({"alg":"ES256","kid":"k9"})", R"({"alg":"ES256"})",
                               R"({"alg":"ES256","kid":1})", R"({"alg":"ES256","kid":"k2"})",
                               R"({"kid":"k1"})", R"({"alg":"ES256","kid":"k1","crit":["exp"]})",
                               R"({"alg":"ES256","kid":"k1","jku":"https://evil.example/keys"})",
                               R"({"alg":"ES256","kid":"k1","kid":"k1"})"}) {
        expect_refused(forge(header, by_us), header);
    }
    expect_refused(forge(R"({"alg":"ES256","kid":"k1","jwk":)" + other_.jwk() + "}",
                         [&](std::string const& text) { return other_.key.sign(bytes_of(text)); }),
                   "a key that the header brings along");
    expect_refused(other_.sign(claims()), "another client's key of the same name");
}

TEST_F(TokenEndpointTest, EachOfAClientsKeysUnderItsOwnName) {
    EXPECT_TRUE(accepted(key_.sign(claims())));
    EXPECT_TRUE(accepted(second_.sign(claims())));
    expect_refused(jose::sign_compact(key_.key, "k2", "JWT", json_of(claims())), "k1 as k2");
    expect_refused(jose::sign_compact(second_.key, "k1", "JWT", json_of(claims())), "k2 as k1");
}

TEST_F(TokenEndpointTest, DamagedAssertions) {
    auto const good = key_.sign(claims());
    for (std::size_t at = 0; at < good.size(); at += 3) {
        auto flipped = good;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        if (flipped != good) expect_refused(flipped, "flipped at " + std::to_string(at));
    }
    for (auto const& text :
         {good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1), good + ".",
          good + "x", " " + good, good + "\n", std::string("a.b.c"), std::string("..")}) {
        expect_refused(text, text);
    }
    expect_refused(std::string(limits::kTokenBytes + 1, 'a') + ".b.c", "too long");
}

TEST_F(TokenEndpointTest, AnAccessTokenIsNoAssertion) {
    auto const answer = room_.body(ask(key_.sign(claims())));
    expect_refused(*answer.root().text_member("access_token"), "our own token");
}

TEST_F(TokenEndpointTest, FormsThatAreNotComplete) {
    auto const good = fields(key_.sign(claims()));
    auto const answer = [&](FormFields const& form) { return room_.ask(testing::form_of(form)); };
    ASSERT_EQ(answer(good).status, 200);
    constexpr std::array<std::pair<int, char const*>, 4> kMissing{{{400, "invalid_request"},
                                                                   {401, "invalid_client"},
                                                                   {401, "invalid_client"},
                                                                   {400, "invalid_scope"}}};
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto form = good;
        form.erase(form.begin() + static_cast<std::ptrdiff_t>(i));
        expect_error(answer(form), kMissing[i].first, kMissing[i].second, good[i].first);
        form = good;  // F12, RFC 6749 section 3.2
        form.push_back(good[i]);
        expect_error(answer(form), 400, "invalid_request", good[i].first);
        form = good;  // without a value it was not sent
        form[i].second = "";
        expect_error(answer(form), kMissing[i].first, kMissing[i].second, good[i].first);
    }
    for (auto const* grant : {"authorization_code", "refresh_token"}) {
        auto form = good;
        form[0].second = grant;
        expect_error(answer(form), 400, "unauthorized_client", grant);
    }
    for (auto const* grant :
         {"password", "Client_Credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"}) {
        auto form = good;
        form[0].second = grant;
        expect_error(answer(form), 400, "unsupported_grant_type", grant);
    }
    auto other_type = good;
    other_type[1].second = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    expect_error(answer(other_type), 401, "invalid_client", "another type of assertion");
    for (auto const* text : {"", "grant=x", "grant_type=%", "=x", "{\"grant_type\":1}"}) {
        expect_error(room_.ask(text), 400, "invalid_request", text);
    }
}

TEST_F(TokenEndpointTest, ASharedSecretIsNoProof) {
    FormFields const form{{"grant_type", "client_credentials"},
                          {"client_id", "client-1"},
                          {"client_secret", "secret"},
                          {"scope", "system/*.rs"}};
    expect_error(room_.ask(testing::form_of(form)), 401, "invalid_client", "a secret");
}

// RFC 7521 section 4.2: client_id is optional, and names the same client as the assertion.
TEST_F(TokenEndpointTest, AClientIdBesidesIsTheSame) {
    auto const form = [&](std::string const& id) {
        auto all = fields(key_.sign(claims()));
        all.emplace_back("client_id", id);
        return room_.ask(testing::form_of(all));
    };
    EXPECT_EQ(form("client-1").status, 200);
    EXPECT_EQ(form("").status, 200);  // not sent
    for (auto const* id : {"client-2", "client-1 ", "no-such-client"}) {
        expect_error(form(id), 401, "invalid_client", id);
    }
}

TEST_F(TokenEndpointTest, AnotherTenantsClientIsAStranger) {
    testing::OauthRoom north(instance_, "north", "/t/north");
    for (auto const* audience :
         {"\"https://localhost:8443/t/north/oauth/token\"", "\"https://localhost:8443/t/north\""}) {
        auto const prepared = north.ask(testing::form_of(fields(with("aud", audience))));
        EXPECT_EQ(prepared.status, 401) << audience;
        EXPECT_FALSE(prepared.batch.has_value());
    }
}

TEST_F(TokenEndpointTest, ARemovedClientIsAStranger) {
    records::Change removal;
    removal.document_class = records::DocumentClass::client;
    removal.type = kClientType;
    removal.id = "client-1";
    removal.compartment = room_.home().addressing().identity_compartment();
    removal.version = 2;
    removal.state = store::VersionState::deleted;
    room_.home().write(removal);
    expect_refused(key_.sign(claims()), "removed");
}

}  // namespace
}  // namespace salus::oauth
