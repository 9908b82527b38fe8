#include "jose/jwk.h"

#include <gtest/gtest.h>

#include "foundation/limits.h"
#include "jose/algorithm.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;

// The key of RFC 7517 appendix A.1 and A.2.
constexpr std::string_view kPublicMembers =
    R"("kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
    R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")";
constexpr std::string_view kScalar = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE";

std::string public_jwk(std::string_view more) {
    return "{" + std::string(kPublicMembers) + std::string(more) + "}";
}
std::string private_jwk(std::string_view more) {
    return "{" + std::string(kPublicMembers) + R"(,"d":")" + std::string(kScalar) + "\"" +
           std::string(more) + "}";
}
Result<KeySet> parse(std::vector<std::string> const& jwks) {
    return KeySet::parse(to_key_set(jwks));
}
// A set of one key that parses but holds nothing usable.
void expect_left_out(std::string const& jwk) {
    auto const set = parse({jwk, public_jwk(R"(,"kid":"good")")});
    ASSERT_TRUE(set) << jwk;
    EXPECT_EQ(set->size(), 1U) << jwk;
    EXPECT_NE(set->find("good"), nullptr);
}

TEST(KeySets, KeysAreFoundByKid) {
    auto const set = parse({public_jwk(R"(,"kid":"a","use":"sig","alg":"ES256")"),
                            public_jwk(R"(,"kid":"b","key_ops":["verify"])")});
    ASSERT_TRUE(set);
    ASSERT_NE(set->find("a"), nullptr);
    EXPECT_TRUE(set->find("a")->permits(SignatureAlgorithm::es256));
    EXPECT_FALSE(set->find("a")->permits(SignatureAlgorithm::es384));
    EXPECT_TRUE(set->find("b")->permits(SignatureAlgorithm::es256));
    EXPECT_EQ(set->find("c"), nullptr);
    EXPECT_EQ(set->find(""), nullptr);
    EXPECT_TRUE(parse({})->find("a") == nullptr);
}

TEST(KeySets, DuplicateKidRefusesTheSet) {
    auto const key = public_jwk(R"(,"kid":"a")");
    EXPECT_FALSE(parse({key, key}));
    EXPECT_FALSE(parse({key, public_jwk(R"(,"kid":"a","use":"enc")")}));
    EXPECT_FALSE(parse({R"({"kty":"unknown","kid":"a"})", key}));
    EXPECT_FALSE(parse({R"({"kty":"unknown","kid":"\u0061"})", key}));
}

TEST(KeySets, PrivateOrSymmetricMembersRefuseTheSet) {
    auto const good = public_jwk(R"(,"kid":"a")");
    EXPECT_FALSE(parse({good, private_jwk(R"(,"kid":"b")")}));
    for (auto const* const member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
        EXPECT_FALSE(
            parse({good, public_jwk(R"(,"kid":"b",")" + std::string(member) + R"(":"")")}));
        EXPECT_FALSE(
            parse({public_jwk(R"(,"kid":"b",")" + std::string(member) + R"(":null)"), good}));
    }
    EXPECT_FALSE(parse({good, R"({"kty":"oct","kid":"s","k":"AAAA"})"}));
}

TEST(KeySets, KeysThatCannotVerifyAreLeftOut) {
    for (auto const* const more :
         {R"(,"kid":"b","use":"enc")", R"(,"kid":"b","use":"SIG")", R"(,"kid":"b","use":1)",
          R"(,"kid":"b","key_ops":["sign"])", R"(,"kid":"b","key_ops":[])",
          R"(,"kid":"b","key_ops":"verify")", R"(,"kid":"b","alg":"ES384")",
          R"(,"kid":"b","alg":"RS256")", R"(,"kid":"b","alg":"none")",
          R"(,"kid":"b","alg":"HS256")", R"(,"kid":"b","alg":"ECDH-ES")",
          R"(,"kid":"b","alg":null)", "", R"(,"kid":"")", R"(,"kid":1)", R"(,"kid":"a/b")",
          R"(,"kid":"a b")"}) {
        expect_left_out(public_jwk(more));
    }
    expect_left_out(public_jwk(R"(,"kid":")" + std::string(65, 'k') + "\""));
    EXPECT_EQ(parse({public_jwk(R"(,"kid":")" + std::string(64, 'k') + "\"")})->size(), 1U);
}

TEST(KeySets, KeyMaterialIsChecked) {
    auto const ec = [](std::string_view curve, std::string_view x, std::string_view y) {
        return R"({"kty":"EC","kid":"b","crv":")" + std::string(curve) + R"(","x":")" +
               std::string(x) + R"(","y":")" + std::string(y) + "\"}";
    };
    constexpr std::string_view kX = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
    constexpr std::string_view kY = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
    EXPECT_EQ(parse({ec("P-256", kX, kY)})->size(), 1U);
    expect_left_out(ec("P-256", kX, kX));
    expect_left_out(ec("P-256", kY, kX));
    expect_left_out(ec("P-384", kX, kY));
    expect_left_out(ec("P-521", kX, kY));
    expect_left_out(ec("secp256k1", kX, kY));
    expect_left_out(ec("P-256", std::string(kX) + "=", kY));
    expect_left_out(ec("P-256", "AA" + std::string(kX), kY));
    expect_left_out(ec("P-256", std::string(kX.substr(0, 42)) + "5", kY));  // unused bits set
    expect_left_out(ec("P-256", "", ""));
    expect_left_out(R"({"kty":"EC","kid":"b","crv":"P-256"})");
    expect_left_out(R"({"kty":"OKP","kid":"b","crv":"X25519","x":")" + std::string(kX) + "\"}");
    expect_left_out(R"({"kty":"OKP","kid":"b","crv":"Ed25519","x":"AAAA"})");
    auto const rsa = [](std::size_t bytes, std::string_view exponent) {
        Bytes modulus(bytes, 0xA7);
        return R"({"kty":"RSA","kid":"b","n":")" + to_base64url(modulus) + R"(","e":")" +
               std::string(exponent) + "\"}";
    };
    EXPECT_EQ(parse({rsa(256, "AQAB")})->size(), 1U);
    expect_left_out(rsa(128, "AQAB"));
    expect_left_out(rsa(2000, "AQAB"));
    expect_left_out(rsa(256, "AQ"));
    expect_left_out(rsa(256, "Ag"));
    expect_left_out(rsa(256, ""));
}

TEST(KeySets, AlgorithmOfAnRsaKeyPinsIt) {
    auto const rsa = [](std::string_view more) {
        return R"({"kty":"RSA","kid":"r","n":")" + to_base64url(Bytes(256, 0xA7)) +
               R"(","e":"AQAB")" + std::string(more) + "}";
    };
    auto const pinned = parse({rsa(R"(,"alg":"PS256")")});
    EXPECT_TRUE(pinned->find("r")->permits(SignatureAlgorithm::ps256));
    EXPECT_FALSE(pinned->find("r")->permits(SignatureAlgorithm::rs256));
    EXPECT_FALSE(pinned->find("r")->permits(SignatureAlgorithm::ps384));
    auto const open = parse({rsa("")});
    EXPECT_TRUE(open->find("r")->permits(SignatureAlgorithm::rs256));
    EXPECT_TRUE(open->find("r")->permits(SignatureAlgorithm::ps512));
    EXPECT_FALSE(open->find("r")->permits(SignatureAlgorithm::es256));
}

TEST(KeySets, WhatIsNoSetIsRefused) {
    for (auto const* const bad : {"", "[]", "null", "{}", R"({"keys":{}})", R"({"keys":null})",
                                  R"({"keys":[1]})", R"({"keys":[[]]})", R"({"keys":[],"keys":[]})",
                                  R"({"keys":[{"kty":"EC","kty":"EC"}]})"}) {
        EXPECT_FALSE(KeySet::parse(bad)) << bad;
    }
    EXPECT_FALSE(KeySet::parse(std::string(limits::kKeySetBytes + 1, ' ')));
    std::vector<std::string> many(limits::kKeySetKeys + 1, R"({"kty":"x"})");
    EXPECT_FALSE(parse(many));
    many.pop_back();
    EXPECT_TRUE(parse(many));
}

TEST(Jwk, WrittenKeysParse) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        auto const key = SigningKey::generate(algorithm);
        auto const set = parse({to_jwk(key.verifying_key(), "k", algorithm)});
        ASSERT_TRUE(set);
        ASSERT_NE(set->find("k"), nullptr);
        EXPECT_EQ(set->find("k")->algorithm, algorithm);
        EXPECT_EQ(set->find("k")->key.spki(), key.verifying_key().spki());
    }
}

TEST(Jwk, ThumbprintOfRfc7638) {  // section 3.1
    auto const n = from_base64url(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
        "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
        "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI"
        "4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
    ASSERT_TRUE(n);
    auto const key = crypto::VerifyingKey::from_rsa(*n, Bytes{1, 0, 1});
    ASSERT_TRUE(key);
    EXPECT_EQ(thumbprint(*key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    auto const edwards = crypto::VerifyingKey::from_ed25519(  // RFC 8037 appendix A.3
        *from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    EXPECT_EQ(thumbprint(*edwards), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(PrivateJwk, TravelsThroughText) {
    for (auto const algorithm : {SignatureAlgorithm::es256, SignatureAlgorithm::es384}) {
        PrivateKey const key{SigningKey::generate(algorithm), "client-1"};
        auto const text = key.to_jwk();
        auto const again = PrivateKey::parse(std::string(text_of(text.reveal())));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->kid, "client-1");
        EXPECT_EQ(again->key.algorithm(), algorithm);
        EXPECT_EQ(again->key.verifying_key().spki(), key.key.verifying_key().spki());
        // The whole text is no public set.
        EXPECT_FALSE(parse({std::string(text_of(text.reveal()))}));
    }
}

TEST(PrivateJwk, ExampleOfTheRfcParses) {
    EXPECT_TRUE(PrivateKey::parse(private_jwk(R"(,"kid":"1")")));
    EXPECT_TRUE(PrivateKey::parse(private_jwk(R"(,"kid":"1","alg":"ES256","use":"sig")")));
}

TEST(PrivateJwk, InconsistentKeysAreRefused) {
    for (auto const* const more :
         {"", R"(,"kid":"")", R"(,"kid":"a/b")", R"(,"kid":1)", R"(,"kid":"1","alg":"ES384")",
          R"(,"kid":"1","alg":"HS256")", R"(,"kid":"1","kid":"2")"}) {
        EXPECT_FALSE(PrivateKey::parse(private_jwk(more))) << more;
    }
    EXPECT_FALSE(PrivateKey::parse(public_jwk(R"(,"kid":"1")")));
    auto wrong = private_jwk(R"(,"kid":"1")");
    wrong[wrong.find("870MB")] = '9';
    EXPECT_FALSE(PrivateKey::parse(wrong));
    wrong = private_jwk(R"(,"kid":"1")");
    wrong.replace(wrong.find("P-256"), 5, "P-384");
    EXPECT_FALSE(PrivateKey::parse(wrong));
    for (auto const* const bad : {"", "[]", "{}", R"({"kty":"oct","k":"AAAA","kid":"1"})"}) {
        EXPECT_FALSE(PrivateKey::parse(bad));
    }
    EXPECT_FALSE(PrivateKey::parse(std::string(100'000, ' ')));
}

}  // namespace
}  // namespace salus::jose
