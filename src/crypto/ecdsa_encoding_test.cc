// The two spellings of an ECDSA signature against OpenSSL's own, and every other spelling.
#include "crypto/ecdsa_encoding.h"

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>

#include "crypto/openssl.h"
#include "crypto/random.h"

namespace salus::crypto {
namespace {

using EcdsaSignature = OpensslPtr<ECDSA_SIG, ECDSA_SIG_free>;

// What OpenSSL makes of the same two numbers.
Bytes der_of_openssl(BytesView raw) {
    auto const half = raw.size() / 2;
    EcdsaSignature const signature(ECDSA_SIG_new());
    auto* const r = BN_bin2bn(raw.data(), static_cast<int>(half), nullptr);
    auto* const s = BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr);
    SALUS_CHECK(ECDSA_SIG_set0(signature.get(), r, s) == 1);
    Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    auto* out = der.data();
    i2d_ECDSA_SIG(signature.get(), &out);
    return der;
}

Bytes bytes(std::string_view hex) {
    return *from_hex(hex);
}

TEST(EcdsaEncoding, IsThatOfOpenssl) {
    SystemRandom random;
    for (std::size_t const coordinate : {std::size_t{32}, std::size_t{48}}) {
        for (int i = 0; i < 2000; ++i) {
            Bytes raw(2 * coordinate);
            random.fill(raw);
            // Numbers with many zeros in front, and 0 itself, which are rare by themselves.
            auto const zeros = static_cast<std::size_t>(i) % (coordinate + 1);
            std::fill_n(raw.begin(), i % 3 == 0 ? zeros : 0, std::uint8_t{0});
            std::fill_n(raw.begin() + static_cast<std::ptrdiff_t>(coordinate),
                        i % 5 == 0 ? zeros : 0, std::uint8_t{0});
            auto const der = ecdsa_to_der(raw);
            ASSERT_EQ(der, der_of_openssl(raw));
            ASSERT_EQ(ecdsa_to_raw(der, coordinate), raw);
        }
    }
}

TEST(EcdsaEncoding, EachSignatureHasOneSpelling) {
    auto const number = std::string(62, '0');
    ASSERT_EQ(ecdsa_to_raw(bytes("3006020101020102"), 32), bytes(number + "01" + number + "02"));
    for (std::string_view const other : {
             "",
             "30",
             "3000",
             "3106020101020102",      // no sequence
             "3005020101020102",      // the length of less
             "3007020101020102",      // and of more
             "300602010102010203",    // something behind it
             "300702010102010203",    // inside
             "308106020101020102",    // a length of two bytes
             "30800201010201020000",  // of none
             "3006030101020102",      // no integer
             "3006020101030102",
             "300702020001020102",  // a zero in front that is not needed
             "300702010102020002",
             "3006020181020102",  // negative
             "3006020101020182",
             "300402000200",            // without a digit
             "3003020101",              // one number
             "3009020101020102020103",  // three
             "3006020701020102",        // a number that is longer than all
             "3006020101020202",
             "3006028101010102",
         }) {
        EXPECT_EQ(ecdsa_to_raw(bytes(other), 32), Bytes()) << other;
    }
    // One byte more than the curve has.
    auto const large = "3026022101" + std::string(64, '0') + "020101";
    EXPECT_EQ(ecdsa_to_raw(bytes(large), 32), Bytes());
    EXPECT_EQ(ecdsa_to_raw(bytes(large), 48).size(), 96U);
}

TEST(EcdsaEncoding, OnlyOfTwoCoordinates) {
    EXPECT_EQ(ecdsa_to_der({}), Bytes());
    EXPECT_EQ(ecdsa_to_der(Bytes(63)), Bytes());
    EXPECT_EQ(ecdsa_to_der(Bytes(98)), Bytes());
    EXPECT_EQ(ecdsa_to_raw(ecdsa_to_der(Bytes(64)), 132), Bytes());
}

}  // namespace
}  // namespace salus::crypto
