#include "crypto/signature.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <thread>

namespace salus::crypto {
namespace {

using enum SignatureAlgorithm;

class EachKey : public ::testing::TestWithParam<SignatureAlgorithm> {
protected:
    SigningKey key_ = SigningKey::generate(GetParam());
    Bytes message_ = Bytes(100, 'm');
};

TEST_P(EachKey, SignatureVerifiesAndHasItsExactLength) {
    auto const size = GetParam() == rs256 ? 384U : GetParam() == es384 ? 96U : 64U;
    for (int i = 0; i < 50; ++i) {  // leading zeros of r or s come up now and then
        auto const signature = key_.sign(message_);
        EXPECT_EQ(signature.size(), size);
        EXPECT_TRUE(key_.verifying_key().verify(GetParam(), message_, signature));
    }
}

TEST_P(EachKey, AnyFlippedBitIsRefused) {
    auto const signature = key_.sign(message_);
    auto const verifier = key_.verifying_key();
    for (std::size_t bit = 0; bit < signature.size() * 8; bit += 7) {
        auto bad = signature;
        bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(verifier.verify(GetParam(), message_, bad));
    }
    auto other = message_;
    other[50] ^= 1;
    EXPECT_FALSE(verifier.verify(GetParam(), other, signature));
}

TEST_P(EachKey, WrongLengthsAreRefused) {
    auto const signature = key_.sign(message_);
    auto const verifier = key_.verifying_key();
    EXPECT_FALSE(verifier.verify(GetParam(), message_, {}));
    EXPECT_FALSE(verifier.verify(GetParam(), message_, BytesView(signature).first(1)));
    EXPECT_FALSE(
        verifier.verify(GetParam(), message_, BytesView(signature).first(signature.size() - 1)));
    auto longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(verifier.verify(GetParam(), message_, longer));
    // A zero before r and before s: the same numbers in another length.
    auto padded = signature;
    padded.insert(padded.begin() + static_cast<std::ptrdiff_t>(signature.size() / 2), 0);
    padded.insert(padded.begin(), 0);
    EXPECT_FALSE(verifier.verify(GetParam(), message_, padded));
    EXPECT_FALSE(verifier.verify(GetParam(), message_, Bytes(signature.size())));  // r = s = 0
}

TEST_P(EachKey, OtherAlgorithmsDoNotFit) {
    // One RSA key fits all schemes, which make different signatures.
    auto const both_rsa = [](SignatureAlgorithm algorithm) {
        return GetParam() == rs256 && algorithm >= rs256 && algorithm <= ps512;
    };
    auto const signature = key_.sign(message_);
    auto const verifier = key_.verifying_key();
    for (auto const algorithm : {es256, es384, rs256, rs384, rs512, ps256, ps384, ps512, ed25519}) {
        EXPECT_EQ(verifier.fits(algorithm), algorithm == GetParam() || both_rsa(algorithm));
        EXPECT_EQ(verifier.verify(algorithm, message_, signature), algorithm == GetParam());
    }
    EXPECT_FALSE(
        SigningKey::generate(GetParam()).verifying_key().verify(GetParam(), message_, signature));
}

TEST_P(EachKey, TravelsThroughPkcs8AndSpki) {
    auto const again = SigningKey::from_pkcs8(key_.to_pkcs8());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->algorithm(), GetParam());
    auto const public_again = VerifyingKey::from_spki(again->verifying_key().spki());
    ASSERT_TRUE(public_again);
    EXPECT_TRUE(public_again->verify(GetParam(), message_, key_.sign(message_)));
}

TEST_P(EachKey, DamagedEncodingsAreRefused) {
    auto const der = key_.to_pkcs8();
    EXPECT_FALSE(SigningKey::from_pkcs8(SecretBytes(der.reveal().first(der.size() - 1))));
    SecretBytes longer(der.size() + 1);
    std::ranges::copy(der.reveal(), longer.mutable_bytes().begin());
    EXPECT_FALSE(SigningKey::from_pkcs8(longer));
    auto spki = key_.verifying_key().spki();
    EXPECT_FALSE(VerifyingKey::from_spki(BytesView(spki).first(spki.size() - 1)));
    spki.push_back(0);
    EXPECT_FALSE(VerifyingKey::from_spki(spki));
    EXPECT_FALSE(VerifyingKey::from_spki({}));
    EXPECT_FALSE(SigningKey::from_pkcs8(SecretBytes()));
}

TEST_P(EachKey, VerifiesFromManyThreadsAtOnce) {
    auto const verifier = key_.verifying_key();
    auto const signature = key_.sign(message_);
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 20; ++n) {
                if (verifier.verify(GetParam(), message_, signature)) ++good;
                if (verifier.verify(GetParam(), message_, key_.sign(message_))) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 160);
}

INSTANTIATE_TEST_SUITE_P(Signature, EachKey, ::testing::Values(es256, es384, ed25519, rs256));

TEST(SignatureImport, PointMustBeOnTheCurve) {
    auto const point = SigningKey::generate(es256).verifying_key().coordinates();
    ASSERT_TRUE(point);
    EXPECT_TRUE(VerifyingKey::from_ec(Curve::p256, point->x, point->y));
    auto bad = *point;
    bad.y.back() ^= 1;
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p256, bad.x, bad.y));
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p384, point->x, point->y));
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p256, Bytes(32), Bytes(32)));
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p256, Bytes(32, 0xFF), Bytes(32, 0xFF)));
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p256, {}, {}));
    auto longer = point->x;
    longer.insert(longer.begin(), 0);
    EXPECT_FALSE(VerifyingKey::from_ec(Curve::p256, longer, point->y));
}

TEST(SignatureImport, RsaNumbersAreChecked) {
    auto const e = Bytes{1, 0, 1};
    auto modulus = [](std::size_t bytes) {
        Bytes n(bytes, 0xA7);
        n.back() |= 1;
        return n;
    };
    EXPECT_TRUE(VerifyingKey::from_rsa(modulus(256), e));
    EXPECT_TRUE(VerifyingKey::from_rsa(modulus(1024), e));
    EXPECT_FALSE(VerifyingKey::from_rsa(modulus(128), e));
    EXPECT_FALSE(VerifyingKey::from_rsa(modulus(255), e));
    EXPECT_FALSE(VerifyingKey::from_rsa(modulus(1025), e));
    EXPECT_FALSE(VerifyingKey::from_rsa(modulus(100'000), e));
    EXPECT_FALSE(VerifyingKey::from_rsa({}, e));
    auto even = modulus(256);
    even.back() = 0xA6;
    EXPECT_FALSE(VerifyingKey::from_rsa(even, e));
    EXPECT_TRUE(VerifyingKey::from_rsa(modulus(256), Bytes{3}));
    for (auto const& bad :
         {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes{1, 0, 0}, Bytes(9, 0xFF)}) {
        EXPECT_FALSE(VerifyingKey::from_rsa(modulus(256), bad)) << to_hex(bad);
    }
    auto const key = VerifyingKey::from_rsa(modulus(256), e);
    EXPECT_EQ(key->numbers()->modulus, modulus(256));
    EXPECT_EQ(key->numbers()->exponent, e);
    EXPECT_FALSE(key->coordinates());
    EXPECT_FALSE(SigningKey::generate(es256).verifying_key().numbers());
}

TEST(SignatureImport, OtherKindsOfKeysAreRefused) {
    // SubjectPublicKeyInfo of X25519 and of a point on secp256k1 (its generator).
    auto const x25519 = from_hex("302a300506032b656e032100" + std::string(64, '1'));
    EXPECT_FALSE(VerifyingKey::from_spki(*x25519));
    auto const secp256k1 = from_hex(
        "3056301006072a8648ce3d020106052b8104000a034200"
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    EXPECT_FALSE(VerifyingKey::from_spki(*secp256k1));
    EXPECT_FALSE(VerifyingKey::from_ed25519(Bytes(31)));
    EXPECT_FALSE(VerifyingKey::from_ed25519(Bytes(33)));
}

TEST(SignatureImport, ScalarMakesTheSameKey) {
    for (auto const& [algorithm, curve] : {std::pair{es256, Curve::p256}, {es384, Curve::p384}}) {
        auto const key = SigningKey::generate(algorithm);
        auto const scalar = key.ec_scalar();
        ASSERT_TRUE(scalar);
        auto const again = SigningKey::from_ec(curve, *scalar);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->verifying_key().spki(), key.verifying_key().spki());
        EXPECT_TRUE(again->verifying_key().verify(algorithm, Bytes{1}, key.sign(Bytes{1})));
    }
    for (auto const algorithm : {ed25519, rs256})
        EXPECT_FALSE(SigningKey::generate(algorithm).ec_scalar());
}

TEST(SignatureImport, ScalarOutOfRangeIsRefused) {
    EXPECT_FALSE(SigningKey::from_ec(Curve::p256, SecretBytes(32)));
    EXPECT_FALSE(SigningKey::from_ec(Curve::p256, SecretBytes(BytesView(Bytes(32, 0xFF)))));
    // The order n of P-256 itself, and n - 1.
    auto order = *from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    EXPECT_FALSE(SigningKey::from_ec(Curve::p256, SecretBytes(BytesView(order))));
    --order.back();
    EXPECT_TRUE(SigningKey::from_ec(Curve::p256, SecretBytes(BytesView(order))));
    EXPECT_FALSE(SigningKey::from_ec(Curve::p256, SecretBytes(BytesView(Bytes(31, 1)))));
    EXPECT_FALSE(SigningKey::from_ec(Curve::p256, SecretBytes(BytesView(Bytes(33, 1)))));
    EXPECT_FALSE(SigningKey::from_ec(Curve::p384, SecretBytes(BytesView(Bytes(32, 1)))));
}

// Copies of one value share its state; each stays good when the others die.
TEST(SignatureImport, CopiesOutliveTheOriginal) {
    auto const key = SigningKey::generate(es256);
    auto first = std::make_unique<VerifyingKey>(key.verifying_key());
    auto const copy = *first;
    first.reset();
    EXPECT_TRUE(copy.verify(es256, Bytes{1}, key.sign(Bytes{1})));
}

}  // namespace
}  // namespace salus::crypto
