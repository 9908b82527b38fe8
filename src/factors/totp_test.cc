#include "factors/totp.h"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <iostream>

namespace salus::factors {
namespace {

WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

SecretBytes rfc_secret() {
    return SecretBytes(bytes_of("12345678901234567890"));
}

// RFC 6238 appendix B, SHA-1, the last six of its eight digits; without 2603, which is beyond
// WallTime.
TEST(TotpTest, AgreesWithTheRfc) {
    struct Case {
        std::int64_t time;
        char const* code;
    };
    for (auto const& [time, code] :
         {Case{59, "287082"}, Case{1111111109, "081804"}, Case{1111111111, "050471"},
          Case{1234567890, "005924"}, Case{2000000000, "279037"}}) {
        EXPECT_EQ(verify_totp(rfc_secret(), code, at(time), std::nullopt), time / 30) << time;
    }
}

TEST(TotpTest, OneStepOfDriftEitherWayAndNoMore) {
    constexpr auto kCode = "005924";  // of the step that begins at 1234567890
    auto const accepted = [](std::int64_t time) {
        return verify_totp(rfc_secret(), kCode, at(time), std::nullopt).has_value();
    };
    EXPECT_TRUE(accepted(1234567890 - 30));
    EXPECT_FALSE(accepted(1234567890 - 31));
    EXPECT_TRUE(accepted(1234567890 + 59));
    EXPECT_FALSE(accepted(1234567890 + 60));
}

TEST(TotpTest, APasswordServesOnce) {
    auto const now = at(1234567890);
    auto const step = verify_totp(rfc_secret(), "005924", now, std::nullopt);
    ASSERT_TRUE(step);
    EXPECT_FALSE(verify_totp(rfc_secret(), "005924", now, step));
    EXPECT_FALSE(verify_totp(rfc_secret(), "005924", at(1234567890 + 30), step));
    EXPECT_TRUE(verify_totp(rfc_secret(), "005924", now, *step - 1));
    EXPECT_FALSE(verify_totp(rfc_secret(), "005924", now, *step + 1))
        << "older than one that was used";
}

TEST(TotpTest, RefusesWhatIsNoPassword) {
    for (auto const* code : {"", "00592", "0059240", "05924", "005 924", " 05924", "00592x",
                             "+05924", "\xd9\xa0\xd9\xa0\xd9\xa5"}) {
        EXPECT_FALSE(verify_totp(rfc_secret(), code, at(1234567890), std::nullopt)) << code;
    }
}

TEST(TotpTest, TheAddressEscapesWhatIsShown) {
    auto const uri = totp_uri(rfc_secret(), "A & B Clinic", "dr.müller@example.org");
    ASSERT_TRUE(uri);
    EXPECT_EQ(text_of(uri->reveal()),
              "otpauth://totp/A%20%26%20B%20Clinic:dr.m%C3%BCller%40example.org"
              "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B%20Clinic"
              "&algorithm=SHA1&digits=6&period=30");
    for (auto const* name : {"", "a:b", "\xff"}) {
        EXPECT_FALSE(totp_uri(rfc_secret(), name, "a")) << name;
        EXPECT_FALSE(totp_uri(rfc_secret(), "a", name)) << name;
    }
    EXPECT_FALSE(totp_uri(rfc_secret(), "a", std::string(65, 'b')));
    EXPECT_FALSE(totp_uri(SecretBytes(std::size_t{19}), "a", "b"));
}

TEST(TotpTest, SecretsAreLongAndDiffer) {
    crypto::SystemRandom random;
    auto const first = new_totp_secret(random);
    EXPECT_EQ(first.size(), 20U);
    EXPECT_FALSE(first == new_totp_secret(random));
}

std::string first_line_of(std::string const& command) {
    auto* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {};
    std::array<char, 256> line{};
    auto const* const read = std::fgets(line.data(), line.size(), pipe);
    auto const status = pclose(pipe);
    return read != nullptr && status == 0 ? std::string(line.data()) : std::string();
}

// Debian's oathtool, which shares no code with this room.
TEST(TotpTest, AgreesWithOathtool) {
    if (first_line_of("oathtool --version 2>&1").empty()) {
        std::cout << "oathtool is absent: the outside oracle did not run\n";
        return;
    }
    crypto::SystemRandom random;
    for (std::int64_t time = 1'700'000'000; time < 1'700'000'000 + 20 * 977; time += 977) {
        auto const secret = new_totp_secret(random);
        auto const told = first_line_of("oathtool --totp " + to_hex(secret.reveal()) + " --now=@" +
                                        std::to_string(time));
        ASSERT_EQ(told.size(), 7U);
        EXPECT_EQ(verify_totp(secret, told.substr(0, 6), at(time), std::nullopt), time / 30);
    }
}

}  // namespace
}  // namespace salus::factors
