// Hashes, codes, derivation, random values and scrypt, against published vectors.
#include <gtest/gtest.h>
#include <set>

#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/sha1.h"

namespace salus::crypto {
namespace {

SecretBytes secret(std::string_view text) {
    return SecretBytes(bytes_of(text));
}

TEST(Hash, PublishedVectors) {  // FIPS 180-4 examples
    EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256(BytesView())),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha512({bytes_of("a"), BytesView(), bytes_of("bc")})).substr(0, 32),
              "ddaf35a193617abacc417349ae204131");
}

TEST(Hmac, PublishedVectors) {  // RFC 4231, case 2
    auto const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), {bytes_of("what do ya want for nothing?")})),
              expected);
    EXPECT_EQ(to_hex(hmac_sha512(bytes_of("Jefe"), {bytes_of("what do ya want for nothing?")}))
                  .substr(0, 32),
              "164b7a7bfcf819e2e395fbe73b56e0a3");
    HmacSha256 const keyed(secret("Jefe"));
    for (int i = 0; i < 3; ++i) {  // the key survives each message
        EXPECT_EQ(to_hex(keyed.of({bytes_of("what do ya "), bytes_of("want for nothing?")})),
                  expected);
        EXPECT_NE(to_hex(keyed.of({bytes_of("what do ya want for nothing!")})), expected);
    }
}

TEST(Sha1, PublishedVectors) {  // FIPS 180-4, RFC 2202 cases 1 and 6
    EXPECT_EQ(to_hex(sha1(bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(sha1({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(to_hex(hmac_sha1(Bytes(20, 0x0B), bytes_of("Hi There"))),
              "b617318655057264e28bc0b6fb378c8ef146be00");
    EXPECT_EQ(to_hex(hmac_sha1(Bytes(80, 0xAA), bytes_of("Test Using Larger Than Block-Size Key - "
                                                         "Hash Key First"))),
              "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Pbkdf2, HashesAsPythonDoes) {
    auto const key = pbkdf2(secret("passwordPASSWORD"), bytes_of("saltSALTsaltSALT"), 100'000, 32,
                            Pbkdf2Hash::sha256);
    EXPECT_EQ(to_hex(key->reveal()),
              "97c166c2e6593247f3c117e3405ccbe93de61293642083a8fd0ac2f12df322a8");
    auto const other =
        pbkdf2(secret("passwordPASSWORD"), bytes_of("saltSALTsaltSALT"), 100'000, 32);
    EXPECT_FALSE(*key == *other);
}

TEST(Hmac, EmptyKeyIsAKeyOfItsOwn) {
    static_cast<void>(hmac_sha256(bytes_of("Jefe"), {bytes_of("x")}));
    EXPECT_EQ(to_hex(hmac_sha256({}, {BytesView()})),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hkdf, ExpandIsTheChainOfRfc5869) {
    auto const key = Bytes(32, 0x0B);
    auto const info = bytes_of("context");
    auto const one = hmac_sha512(key, {info, Bytes{1}});
    auto const two = hmac_sha512(key, {one, info, Bytes{2}});
    auto const three = hmac_sha512(key, {two, info, Bytes{3}});
    Bytes chain(one.begin(), one.end());
    append(chain, two);
    append(chain, three);
    for (auto const size : {1U, 32U, 64U, 65U, 128U, 150U, 192U}) {
        auto const okm = hkdf_expand_sha512(key, {bytes_of("con"), bytes_of("text")}, size);
        EXPECT_EQ(to_hex(okm.reveal()), to_hex(BytesView(chain).first(size)));
    }
}

TEST(Hkdf, DerivedKeysDifferByLabelAndContext) {
    auto const key = secret(std::string(32, 'k'));
    std::set<std::string> all;
    auto const add = [&](SecretBytes const& from, std::string_view label, std::string_view text) {
        auto const derived = derive_key(from, label, bytes_of(text));
        EXPECT_EQ(derived.size(), 32U);
        all.insert(to_hex(derived.reveal()));
    };
    add(key, "address", "a");
    add(key, "address", "b");
    add(key, "addressa", "");
    add(key, "cursor", "a");
    add(secret(std::string(32, 'l')), "address", "a");
    EXPECT_EQ(all.size(), 5U);
    auto const expected =
        hkdf_expand_sha512(key.reveal(), {bytes_of(std::string_view("salus/address\0a", 15))}, 32);
    EXPECT_TRUE(derive_key(key, "address", bytes_of("a")) == expected);
}

TEST(Random, IdsDoNotRepeatAndHaveTheirForm) {
    SystemRandom random;
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) {
        ids.insert(random_id(random));
        auto const uuid = random_uuid(random);
        ids.insert(uuid);
        ASSERT_EQ(uuid.size(), 36U);
        EXPECT_EQ(uuid[14], '4');
        EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
        for (auto const at : {8U, 13U, 18U, 23U}) EXPECT_EQ(uuid[at], '-');
    }
    EXPECT_EQ(ids.size(), 2000U);
    EXPECT_EQ(random_id(random).size(), 22U);
}

TEST(Random, FillsLargeAndEmptySpans) {
    SystemRandom random;
    random.fill({});
    Bytes bytes((1U << 20U) + 77);
    random.fill(bytes);
    EXPECT_NE(Bytes(bytes.end() - 32, bytes.end()), Bytes(32));
    EXPECT_FALSE(random_secret(random, 32) == random_secret(random, 32));
}

TEST(Scrypt, PublishedVectors) {  // RFC 7914 section 12
    auto const a = scrypt(secret("password"), bytes_of("NaCl"), {1024, 8, 16}, 64);
    ASSERT_TRUE(a);
    EXPECT_EQ(to_hex(a->reveal()).substr(0, 32), "fdbabe1c9d3472007856e7190d01e9fe");
    auto const b = scrypt(secret("pleaseletmein"), bytes_of("SodiumChloride"), {16384, 8, 1}, 64);
    ASSERT_TRUE(b);
    EXPECT_EQ(to_hex(b->reveal()).substr(0, 32), "7023bdcb3afd7348461c06cd81fd38eb");
}

TEST(Scrypt, CostsOutOfRangeAreRefused) {
    for (auto const& cost :
         {ScryptCost{0, 8, 1}, ScryptCost{1, 8, 1}, ScryptCost{3, 8, 1}, ScryptCost{1024, 0, 1},
          ScryptCost{1024, 8, 0}, ScryptCost{1024, 1U << 30U, 1}, ScryptCost{1024, 8, 1U << 30U},
          ScryptCost{1ULL << 40U, 8, 1}, ScryptCost{1ULL << 24U, 8, 1}}) {
        auto const key = scrypt(secret("p"), bytes_of("salt"), cost, 32);
        ASSERT_FALSE(key) << cost.n << ' ' << cost.r << ' ' << cost.p;
        EXPECT_EQ(key.error().code, Errc::invalid);
    }
    EXPECT_FALSE(scrypt(secret("p"), bytes_of("salt"), {1024, 8, 1}, 0));
    EXPECT_TRUE(scrypt(secret("p"), bytes_of("salt"), ScryptCost{}, 32));  // the house's own cost
}

}  // namespace
}  // namespace salus::crypto
