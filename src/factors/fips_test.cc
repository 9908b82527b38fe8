// Each case is a process of its own, with algorithms from a FIPS module alone.
#include <gtest/gtest.h>

#include "crypto/module_for_test.h"
#include "factors/password.h"
#include "factors/totp.h"
#include "factors/webauthn/cose_key.h"

namespace salus::factors {
namespace {

using crypto::testing::made;
using crypto::testing::passes_alone;
using crypto::testing::pin_of;
using crypto::testing::there;

TEST(FipsTest, PasswordsAreHashedByWhatTheModuleHas) {
    if (there()) EXPECT_TRUE(passes_alone("FipsProcess.DISABLED_Passwords"));
}
TEST(FipsTest, OneTimePasswordsWorkAndEdwardsKeysAreNotOffered) {
    if (there()) EXPECT_TRUE(passes_alone("FipsProcess.DISABLED_Factors"));
}

TEST(FipsProcess, DISABLED_Passwords) {
    ASSERT_TRUE(crypto::use_fips_module(pin_of(made())));
    crypto::SystemRandom random;
    PasswordHashing const hashing({.pbkdf2_iterations = 100'000});
    auto const password = PreparedPassword::prepare(SecretBytes(bytes_of("eight ch"))).value();
    auto const record = hashing.record_of(password, random).value();
    EXPECT_EQ(record.substr(0, 24), "$pbkdf2-sha256$i=100000$");
    EXPECT_EQ(hashing.verify(password, record).value(), PasswordHashing::Verdict::right);
    EXPECT_EQ(hashing.verify(password, hashing.record_of_nobody(random)).value(),
              PasswordHashing::Verdict::wrong);
    EXPECT_EQ(PasswordHashing().verify(password, record).value(),
              PasswordHashing::Verdict::right_rehash);
    // One of before the module was required.
    auto const* const scrypt =
        "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    EXPECT_EQ(hashing.verify(password, scrypt).error().code, Errc::not_supported);
}

TEST(FipsProcess, DISABLED_Factors) {
    ASSERT_TRUE(crypto::use_fips_module(pin_of(made())));
    SecretBytes const secret(bytes_of("12345678901234567890"));
    EXPECT_TRUE(verify_totp(secret, "005924", WallTime(std::chrono::seconds(1234567890)), {}));
    auto const offered = webauthn::offered_algorithms();
    EXPECT_EQ(offered.size(), 3U);
    EXPECT_EQ(std::ranges::count(offered, crypto::SignatureAlgorithm::ed25519), 0);
}

}  // namespace
}  // namespace salus::factors
