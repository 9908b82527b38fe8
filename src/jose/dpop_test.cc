// RFC 9449: proofs as a client makes them, and every way in which one can be wrong.
#include "jose/dpop.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>

#include "crypto/signature.h"
#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "jose/algorithm.h"
#include "jose/jwk.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;

constexpr std::string_view kUrl = "https://localhost:8443/fhir/Patient/a";
constexpr std::string_view kToken = "an.access.token";

std::string encoded(std::string_view text) {
    return to_base64url(bytes_of(text));
}

class DpopTest : public ::testing::Test {
protected:
    using Members = std::map<std::string, std::string>;  // JSON text by name

    static std::string json_of(Members const& members) {
        std::string out = "{";
        for (auto const& [name, value] : members) {
            out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
        }
        return out + "}";
    }
    // The public members alone: as a client would send it.
    static std::string jwk_of(SigningKey const& key) {
        return to_jwk(key.verifying_key(), "x", key.algorithm());
    }
    [[nodiscard]] Members header(SigningKey const& key) const {
        return {{"typ", R"("dpop+jwt")"},
                {"alg", "\"" + std::string(algorithm_name(key.algorithm())) + "\""},
                {"jwk", jwk_of(key)}};
    }
    [[nodiscard]] Members claims() const {
        return {{"jti", R"("proof-1")"},
                {"htm", R"("GET")"},
                {"htu", "\"" + std::string(kUrl) + "\""},
                {"iat", std::to_string(now_)},
                {"ath", "\"" + to_base64url(crypto::sha256(bytes_of(kToken))) + "\""}};
    }
    static std::string signed_by(SigningKey const& key, Members const& header,
                                 Members const& claims) {
        auto const text = encoded(json_of(header)) + "." + encoded(json_of(claims));
        return text + "." + to_base64url(key.sign(bytes_of(text)));
    }
    [[nodiscard]] std::string proof() const { return signed_by(key_, header(key_), claims()); }
    [[nodiscard]] std::string with_claim(std::string const& name, std::string const& value) const {
        auto changed = claims();
        changed[name] = value;
        return signed_by(key_, header(key_), changed);
    }
    [[nodiscard]] std::string with_header(std::string const& name, std::string const& value) const {
        auto changed = header(key_);
        changed[name] = value;
        return signed_by(key_, changed, claims());
    }
    [[nodiscard]] std::string without_claim(std::string const& name) const {
        auto changed = claims();
        changed.erase(name);
        return signed_by(key_, header(key_), changed);
    }
    [[nodiscard]] std::string without_header(std::string const& name) const {
        auto changed = header(key_);
        changed.erase(name);
        return signed_by(key_, changed, claims());
    }
    [[nodiscard]] Result<DpopProof> verify(std::string_view proof) const {
        return verify_dpop_proof(
            proof,
            {.method = "GET", .url = kUrl, .access_token = kToken, .algorithms = dpop_algorithms()},
            WallTime(std::chrono::seconds(now_)));
    }
    void expect_refused(std::string const& proof, std::string_view what) const {
        auto const verified = verify(proof);
        ASSERT_FALSE(verified.has_value()) << what;
        EXPECT_EQ(verified.error().code, Errc::unauthenticated) << what;
    }

    std::int64_t now_ = 1'795'000'000;
    SigningKey key_ = SigningKey::generate(SignatureAlgorithm::es256);
};

TEST_F(DpopTest, AProofSaysWhichKeyAndWhich) {
    auto const verified = verify(proof());
    ASSERT_TRUE(verified.has_value());
    EXPECT_EQ(verified->thumbprint, thumbprint(key_.verifying_key()));
    EXPECT_EQ(verified->token_id, "proof-1");
    EXPECT_EQ(to_unix_seconds(verified->issued_at), now_);
    EXPECT_FALSE(verified->nonce.has_value());
    EXPECT_EQ(verify(with_claim("nonce", R"("n-1")"))->nonce, "n-1");
}

TEST_F(DpopTest, EachAlgorithmThatIsOffered) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        auto const key = SigningKey::generate(algorithm);
        EXPECT_TRUE(verify(signed_by(key, header(key), claims())).has_value())
            << algorithm_name(algorithm);
    }
    for (auto const* name : {"RS256", "PS256", "HS256", "none", "es256", ""}) {
        expect_refused(with_header("alg", "\"" + std::string(name) + "\""), name);
    }
    expect_refused(with_header("alg", R"("ES384")"), "an algorithm that is not the key's");
    expect_refused(with_header("alg", "7"), "an algorithm that is no text");
}

TEST_F(DpopTest, TheKeyIsPublicAndInTheProof) {
    auto const other = SigningKey::generate(SignatureAlgorithm::es256);
    expect_refused(with_header("jwk", jwk_of(other)), "another key than the signer's");
    expect_refused(without_header("jwk"), "no key");
    expect_refused(with_header("jwk", "null"), "null");
    expect_refused(with_header("jwk", "[]"), "a list");
    expect_refused(with_header("jwk", R"({"kty":"oct","k":"AAAA"})"), "a symmetric key");
    auto with_private = jwk_of(key_);
    with_private.insert(1, R"("d":"AAAA",)");
    expect_refused(with_header("jwk", with_private), "a private member");
    auto for_encryption = jwk_of(key_);
    for_encryption.replace(for_encryption.find("\"sig\""), 5, "\"enc\"");
    expect_refused(with_header("jwk", for_encryption), "a key for encryption");
}

TEST_F(DpopTest, HeaderParameters) {
    for (auto const* type : {R"("JWT")", R"("at+jwt")", R"("dpop")", R"("")", "null", "1"}) {
        expect_refused(with_header("typ", type), type);
    }
    expect_refused(without_header("typ"), "no typ");
    EXPECT_TRUE(verify(with_header("typ", R"("DPoP+JWT")")).has_value());
    for (auto const* name : {"crit", "b64", "zip", "jku", "x5u", "x5c"}) {
        expect_refused(with_header(name, R"(["exp"])"), name);
    }
    EXPECT_TRUE(verify(with_header("kid", R"("../../dev/null")")).has_value());  // names nothing
}

TEST_F(DpopTest, EveryClaimIsNeeded) {
    for (auto const* name : {"jti", "htm", "htu", "iat", "ath"}) {
        expect_refused(without_claim(name), name);
        for (auto const* value : {"null", "{}", "[]", "true", R"("")"}) {
            expect_refused(with_claim(name, value), std::string(name) + " " + value);
        }
    }
    expect_refused(with_claim("jti", "\"" + std::string(257, 'a') + "\""), "a long jti");
    expect_refused(with_claim("nonce", "7"), "a nonce that is no text");
    EXPECT_TRUE(verify(with_claim("extra", R"({"deep":[1,2,3]})")).has_value());
}

TEST_F(DpopTest, MethodAndAddress) {
    for (auto const* method : {R"("get")", R"("POST")", R"("GET ")", R"("HEAD")"}) {
        expect_refused(with_claim("htm", method), method);
    }
    for (auto const* url :
         {"http://localhost:8443/fhir/Patient/a", "https://localhost/fhir/Patient/a",
          "https://localhost:8443/fhir/Patient/b", "https://localhost:8443/fhir/Patient/A",
          "https://localhost:8443/fhir/Patient/a/", "https://localhost:8443/fhir/Patient",
          "https://evil@localhost:8443/fhir/Patient/a",
          "https://localhost:8443.evil/fhir/Patient/a",
          "https://localhost:8443/fhir/x/../Patient/a", "/fhir/Patient/a",
          "https://localhost:8443/fhir/Patient/%zz", "https://localhost:8443/fhir/Patient/a%2",
          "https://localhost:8443/fhir//Patient/a", "https://"}) {
        expect_refused(with_claim("htu", "\"" + std::string(url) + "\""), url);
    }
    for (auto const* url :
         {"HTTPS://LOCALHOST:8443/fhir/Patient/a", "https://localhost:8443/fhir/Patient/a?x=1",
          "https://localhost:8443/fhir/Patient/a#here",
          "https://localhost:8443/fhir/Patient/%61"}) {
        EXPECT_TRUE(verify(with_claim("htu", "\"" + std::string(url) + "\"")).has_value()) << url;
    }
    EXPECT_EQ(comparable_url("https://Salus.Example:443"), "https://salus.example/");
    EXPECT_EQ(comparable_url("https://salus.example/a%2fb"), "https://salus.example/a%2Fb");
}

TEST_F(DpopTest, TimesToTheSecond) {
    auto const skew = limits::kClockSkew.count();
    auto const life = limits::kDpopProofLife.count();
    EXPECT_TRUE(verify(with_claim("iat", std::to_string(now_ - life))).has_value());
    expect_refused(with_claim("iat", std::to_string(now_ - life - 1)), "too old");
    EXPECT_TRUE(verify(with_claim("iat", std::to_string(now_ + skew))).has_value());
    expect_refused(with_claim("iat", std::to_string(now_ + skew + 1)), "of the future");
    for (auto const* time : {"1e9", "1795000000.5", "-1", R"("1795000000")"}) {
        expect_refused(with_claim("iat", time), time);
    }
    expect_refused(with_claim("exp", std::to_string(now_ - skew)), "expired");
    EXPECT_TRUE(verify(with_claim("exp", std::to_string(now_ + 1))).has_value());
    expect_refused(with_claim("nbf", std::to_string(now_ + skew + 1)), "not yet");
}

TEST_F(DpopTest, TheTokenThatComesAlong) {
    expect_refused(
        with_claim("ath", "\"" + to_base64url(crypto::sha256(bytes_of("another"))) + "\""),
        "another token");
    expect_refused(with_claim("ath", "\"" + to_hex(crypto::sha256(bytes_of(kToken))) + "\""),
                   "in hexadecimal");
}

TEST_F(DpopTest, DamagedProofs) {
    auto const good = proof();
    for (std::size_t at = 0; at < good.size(); at += 3) {
        auto flipped = good;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        if (flipped != good) expect_refused(flipped, "flipped at " + std::to_string(at));
    }
    auto const dot = good.rfind('.');
    for (auto const& text : {std::string(), std::string(".."), good.substr(0, dot),
                             good.substr(0, dot + 1), good + "=", good + ".", " " + good,
                             good + "," + good, std::string(limits::kTokenBytes + 1, 'a')}) {
        expect_refused(text, text.substr(0, 40));
    }
}

}  // namespace
}  // namespace salus::jose
