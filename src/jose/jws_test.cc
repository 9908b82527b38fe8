// Attacks T1 to T6 and T9 to T11 of the reference on tokens; the claims' attacks are in
// claims_test.cc.
#include "jose/jws.h"

#include <gtest/gtest.h>

#include "crypto/hmac.h"
#include "foundation/limits.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;

constexpr std::string_view kPayload = R"({"iss":"client","n":1})";

std::string encode(std::string_view text) {
    return to_base64url(bytes_of(text));
}

class Tokens : public testing::Test {
protected:
    // A token with this header and a signature that is right for it.
    [[nodiscard]] std::string forge(std::string_view header, std::string_view payload = kPayload) {
        auto const text = encode(header) + "." + encode(payload);
        return text + "." + to_base64url(key_.sign(bytes_of(text)));
    }
    [[nodiscard]] std::string good() const { return sign_compact(key_, "k1", "JWT", kPayload); }
    void expect_refused(std::string_view token, VerifyOptions const& options = {}) {
        auto const verified = verify_compact(token, keys_, options);
        ASSERT_FALSE(verified) << token.substr(0, 200);
        EXPECT_EQ(verified.error().code, Errc::unauthenticated);
        // Nor for those who look into it before.
        auto read = UnverifiedToken::read(token);
        auto const looked_into = read ? std::move(*read).verify(keys_, options)
                                      : Result<Verified>(std::unexpected(read.error()));
        ASSERT_FALSE(looked_into) << token.substr(0, 200);
        EXPECT_EQ(looked_into.error().code, Errc::unauthenticated);
    }

    SigningKey key_ = SigningKey::generate(SignatureAlgorithm::es256);
    std::string jwk_ = to_jwk(key_.verifying_key(), "k1", SignatureAlgorithm::es256);
    KeySet keys_ = KeySet::parse(to_key_set({jwk_})).value();
};

TEST_F(Tokens, GoodTokenVerifies) {
    auto const verified = verify_compact(good(), keys_, {.type = "JWT"});
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->kid, "k1");
    EXPECT_EQ(verified->payload.root().text_member("iss"), "client");
    EXPECT_EQ(verified->header.root().text_member("alg"), "ES256");
    EXPECT_TRUE(verify_compact(forge(R"({"alg":"ES256","kid":"k1"})"), keys_, {}));
}

TEST_F(Tokens, ATokenSaysByWhichKeysItIsToBeVerified) {
    auto const text = good();
    auto token = UnverifiedToken::read(text);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->claimed_issuer(), "client");
    EXPECT_EQ(token->claimed_key_id(), "k1");
    auto const verified = std::move(*token).verify(keys_, {.type = "JWT"});
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->kid, "k1");
    EXPECT_EQ(verified->payload.root().text_member("iss"), "client");
    EXPECT_EQ(verified->header.root().text_member("alg"), "ES256");

    auto const odd = forge(R"({"alg":"ES256","kid":7})", R"({"iss":{}})");
    auto const nameless = UnverifiedToken::read(odd);
    ASSERT_TRUE(nameless);
    EXPECT_EQ(nameless->claimed_issuer(), std::nullopt);
    EXPECT_EQ(nameless->claimed_key_id(), std::nullopt);
    for (auto const* payload : {"", "[]", "7", R"({"iss":1,"iss":2})"}) {
        auto const spoiled = forge(R"({"alg":"ES256","kid":"k1"})", payload);
        auto const refused = UnverifiedToken::read(spoiled);
        ASSERT_FALSE(refused) << payload;
        EXPECT_EQ(refused.error().code, Errc::unauthenticated);
    }
}

TEST_F(Tokens, EveryAlgorithmWeSignWithVerifies) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        auto const key = SigningKey::generate(algorithm);
        auto const keys =
            KeySet::parse(to_key_set({to_jwk(key.verifying_key(), "a", algorithm)})).value();
        auto const token = sign_compact(key, "a", "at+jwt", kPayload);
        EXPECT_TRUE(verify_compact(token, keys, {.type = "at+jwt"}));
        EXPECT_FALSE(verify_compact(token, keys_, {}));
        VerifyOptions const others{.algorithms = {SignatureAlgorithm::rs256}};
        EXPECT_FALSE(verify_compact(token, keys, others));
        EXPECT_FALSE(verify_compact(token, keys, {.algorithms = {}}));
    }
}

TEST_F(Tokens, NoneIsRefused) {  // T1
    for (auto const* const header :
         {R"({"alg":"none","kid":"k1"})", R"({"alg":"nOnE","kid":"k1"})", R"({"alg":"none"})",
          R"({"kid":"k1"})", R"({"alg":"","kid":"k1"})", R"({"alg":null,"kid":"k1"})",
          R"({"alg":["ES256"],"kid":"k1"})", R"({"alg":"es256","kid":"k1"})",
          R"({"alg":"ES256 ","kid":"k1"})", R"({"alg":"ES256\u0000","kid":"k1"})"}) {
        expect_refused(forge(header));
        expect_refused(encode(header) + "." + encode(kPayload) + ".");
    }
}

TEST_F(Tokens, PublicKeyAsSymmetricKeyIsRefused) {  // T2
    auto const spki = key_.verifying_key().spki();
    auto const pem =
        "-----BEGIN PUBLIC KEY-----\n" + to_base64(spki) + "\n-----END PUBLIC KEY-----\n";
    for (auto const secret : {BytesView(spki), bytes_of(pem), bytes_of(jwk_), BytesView()}) {
        auto const text = encode(R"({"alg":"HS256","kid":"k1"})") + "." + encode(kPayload);
        auto const code = crypto::hmac_sha256(secret, {bytes_of(text)});
        expect_refused(text + "." + to_base64url(code));
    }
}

TEST_F(Tokens, AlgorithmOfAnotherKeyTypeIsRefused) {  // T3
    for (auto const* const name : {"ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519", "HS512",
                                   "ES256K", "RSA1_5", "A256GCM"}) {
        expect_refused(forge(R"({"alg":")" + std::string(name) + R"(","kid":"k1"})"));
    }
}

TEST_F(Tokens, StrangeKidsAreRefused) {  // T4
    for (auto const& kid :
         {std::string("../../dev/null"), std::string("' OR 1=1 --"), std::string(7000, 'k'),
          std::string("unknown"), std::string("K1"), std::string("k1 "), std::string("")}) {
        expect_refused(forge(R"({"alg":"ES256","kid":")" + kid + R"("})"));
    }
    expect_refused(forge(R"({"alg":"ES256"})"));
    expect_refused(forge(R"({"alg":"ES256","kid":1})"));
    expect_refused(forge(R"({"alg":"ES256","kid":["k1"]})"));
    expect_refused(forge(R"({"alg":"ES256","kid":"k1\u0000"})"));
}

TEST_F(Tokens, EmbeddedKeysAreRefused) {  // T5
    auto const attacker = SigningKey::generate(SignatureAlgorithm::es256);
    auto const jwk = to_jwk(attacker.verifying_key(), "k1", SignatureAlgorithm::es256);
    for (auto const& extra :
         {"\"jwk\":" + jwk, std::string(R"("jku":"https://evil.test/keys")"),
          std::string(R"("x5u":"https://evil.test/c")"), std::string(R"("x5c":["AAAA"])"),
          std::string(R"("x5c":[])"), std::string(R"("jwk":null)"), std::string(R"("jku":"")")}) {
        auto const header = R"({"alg":"ES256","kid":"k1",)" + extra + "}";
        expect_refused(forge(header));  // even with the right signature
        auto const text = encode(header) + "." + encode(kPayload);
        expect_refused(text + "." + to_base64url(attacker.sign(bytes_of(text))));
    }
}

TEST_F(Tokens, RegisteredKeySetUrlMustBeExact) {
    VerifyOptions const options{.key_set_url = "https://app.test/jwks"};
    auto const with = [this](std::string const& url) {
        return forge(R"({"alg":"ES256","kid":"k1","jku":")" + url + R"("})");
    };
    EXPECT_TRUE(verify_compact(with("https://app.test/jwks"), keys_, options));
    EXPECT_TRUE(verify_compact(good(), keys_, options));
    for (auto const* const url :
         {"https://app.test/jwks/", "https://app.test/jwks?x", "https://APP.test/jwks",
          "http://app.test/jwks", "https://app.test/jwks#", "https://evil.test/jwks", ""}) {
        expect_refused(with(url), options);
    }
    expect_refused(with("https://app.test/jwks"));
    expect_refused(forge(R"({"alg":"ES256","kid":"k1","jku":["https://app.test/jwks"]})"), options);
}

TEST_F(Tokens, CriticalAndEncodingExtensionsAreRefused) {  // T6
    for (auto const* const extra :
         {R"("crit":["exp"])", R"("crit":[])", R"("crit":["b64"],"b64":false)", R"("b64":false)",
          R"("b64":true)", R"("zip":"DEF")", R"("\u0063rit":["x"])", R"("crit":null)"}) {
        expect_refused(forge(R"({"alg":"ES256","kid":"k1",)" + std::string(extra) + "}"));
    }
}

TEST_F(Tokens, TypeIsCheckedPerUse) {  // T9
    auto const typed = [this](std::string const& type) {
        return forge(R"({"alg":"ES256","kid":"k1","typ":)" + type + "}");
    };
    VerifyOptions const access{.type = "at+jwt"};
    for (auto const* const good_type :
         {R"("at+jwt")", R"("application/at+jwt")", R"("AT+JWT")", R"("Application/at+jwt")"}) {
        EXPECT_TRUE(verify_compact(typed(good_type), keys_, access)) << good_type;
    }
    for (auto const* const bad : {R"("JWT")", R"("logout+jwt")", R"("dpop+jwt")", R"("at+jwt ")",
                                  R"("")", "null", "1", R"(["at+jwt"])", R"("application/")",
                                  R"("application/application/at+jwt")", R"("text/at+jwt")"}) {
        expect_refused(typed(bad), access);
    }
    expect_refused(forge(R"({"alg":"ES256","kid":"k1"})"), access);
}

TEST_F(Tokens, DamagedSignaturesAreRefused) {  // T10
    auto const token = good();
    auto const dot = token.rfind('.');
    auto const text = token.substr(0, dot + 1);
    expect_refused(text);
    expect_refused(token.substr(0, dot));
    for (std::size_t cut = 1; cut < 86; ++cut) expect_refused(token.substr(0, token.size() - cut));
    expect_refused(token + "A");
    expect_refused(token + "AA");
    expect_refused(token + ".");
    expect_refused(text + to_base64url(Bytes(64)));        // r = s = 0
    expect_refused(text + to_base64url(Bytes(64, 0xFF)));  // beyond the order
    expect_refused(text + to_base64url(Bytes(63, 1)));
    expect_refused(text + to_base64url(Bytes(65, 1)));
}

TEST_F(Tokens, AnyChangedCharacterIsRefused) {
    auto const token = good();
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto bad = token;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        expect_refused(bad);
    }
}

TEST_F(Tokens, OneTokenHasOneSpelling) {
    auto const token = good();
    for (auto const* const more : {"=", "==", " ", "\n", "\t", "\r\n"}) {
        expect_refused(token + more);
        expect_refused(more + token);
        auto padded = token;
        padded.insert(padded.find('.'), more);
        expect_refused(padded);
    }
    // The last character of a 64-byte signature has four unused bits.
    auto other = token;
    auto& last = other.back();
    last = last == 'A' ? 'B' : last == 'Q' ? 'R' : last == 'g' ? 'h' : 'x';
    expect_refused(other);
    auto standard = sign_compact(key_, "k1", "JWT", R"({"a":"\u00ff\u00fe>>>???"})");
    EXPECT_TRUE(verify_compact(standard, keys_, {}));
}

TEST_F(Tokens, WrongNumberOfPartsIsRefused) {
    for (auto const* const bad : {"", ".", "..", "...", "a", "a.b", "a.b.c.d.e", "e30.e30.e30"}) {
        expect_refused(bad);
    }
    auto const token = good();
    expect_refused(token.substr(token.find('.')));
    expect_refused(R"({"payload":"e30","signatures":[]})");
}

TEST_F(Tokens, BrokenJsonIsRefused) {  // T11
    for (auto const* const header :
         {R"({"alg":"ES256","kid":"k1","kid":"k1"})", R"({"alg":"none","alg":"ES256","kid":"k1"})",
          R"({"alg":"ES256","\u0061lg":"ES256","kid":"k1"})", "[]", "null", "\"x\"", "", "{",
          R"({"alg":"ES256","kid":"k1"}x)", "\xEF\xBB\xBF{}", R"({"alg":"ES256","kid":"k1",})"}) {
        expect_refused(forge(header));
    }
    auto const header = R"({"alg":"ES256","kid":"k1"})";
    for (auto const* const payload :
         {"", "[]", "null", "1", "foo", R"({"exp":1,"exp":2})", R"({"n":1e999})",
          R"({"n":99999999999999999999999999})", "{\"a\":\"\xFF\"}", R"({"a":"\uD800"})"}) {
        expect_refused(forge(header, payload));
    }
    expect_refused(
        forge(header, R"({"a":)" + std::string(1000, '[') + std::string(1000, ']') + "}"));
    expect_refused(forge(R"({"alg":"ES256","kid":"k1","a":)" + std::string(20, '[') +
                         std::string(20, ']') + "}"));
}

TEST_F(Tokens, SizeIsBounded) {
    auto const header = std::string(R"({"alg":"ES256","kid":"k1","a":")");
    expect_refused(forge(header + std::string(1U << 20U, 'a') + "\"}"));
    expect_refused(std::string(1U << 24U, '.'));
    auto const largest = limits::kTokenBytes;
    std::size_t refused = 0;
    std::size_t accepted = 0;
    for (auto size = std::size_t{5800}; size < 6200; ++size) {
        auto const payload = R"({"a":")" + std::string(size, 'a') + "\"}";
        auto const token = sign_compact(key_, "k1", "JWT", payload);
        auto const verified = verify_compact(token, keys_, {}).has_value();
        EXPECT_EQ(verified, token.size() <= largest);
        ++(verified ? accepted : refused);
        if (refused > 3) break;
    }
    EXPECT_GT(accepted, 0U);
    EXPECT_GT(refused, 0U);
}

TEST_F(Tokens, ErrorsCarryNothingOfTheToken) {
    auto const verified = verify_compact(forge(R"({"alg":"secret","kid":"k1"})"), keys_, {});
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().why.text().find("secret"), std::string_view::npos);
}

}  // namespace
}  // namespace salus::jose
