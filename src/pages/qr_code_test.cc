#include "pages/qr_code.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "foundation/bytes.h"

namespace salus::pages {
namespace {

std::string rows_of(QrCode const& code) {
    std::string out;
    for (int y = 0; y < code.size(); ++y) {
        for (int x = 0; x < code.size(); ++x) out.push_back(code.dark(x, y) ? '#' : '.');
        out.push_back('\n');
    }
    return out;
}

TEST(QrCodeTest, GrowsWithItsText) {
    // The capacities of level M in bytes (ISO/IEC 18004:2015, table 7).
    int version = 1;
    for (std::size_t const most : {14U, 26U, 42U, 62U, 84U, 106U, 122U, 152U, 180U, 213U}) {
        auto const code = QrCode::of(std::string(most, 'a'));
        ASSERT_TRUE(code.has_value());
        EXPECT_EQ(code->size(), version * 4 + 17);
        ++version;
    }
    EXPECT_FALSE(QrCode::of(std::string(QrCode::kLongest + 1, 'a')).has_value());
}

TEST(QrCodeTest, HasFindersInThreeCorners) {
    auto const code = *QrCode::of("otpauth://totp/Salus:ada");
    auto const last = code.size() - 1;
    for (int i = 0; i < 7; ++i) {
        EXPECT_TRUE(code.dark(i, 0));
        EXPECT_TRUE(code.dark(last - i, 0));
        EXPECT_TRUE(code.dark(0, last - i));
        EXPECT_FALSE(code.dark(i, 7));
    }
}

// These were read back by zbarimg 0.23, as were texts of every length at which the version changes.
TEST(QrCodeTest, IsWhatAReaderReads) {
    auto const hash_of = [](std::string_view text) {
        return to_hex(crypto::sha256(bytes_of(rows_of(*QrCode::of(text))))).substr(0, 16);
    };
    EXPECT_EQ(hash_of("otpauth://totp/Salus:ada"), "42b51557b24735df");
    EXPECT_EQ(hash_of(std::string(150, 'x')), "287188f41fbda30c");
}

TEST(QrCodeTest, IsAPictureThatAPageMayShow) {
    auto const uri = QrCode::of("a")->data_uri();
    EXPECT_TRUE(uri.starts_with("data:image/svg+xml,%3Csvg "));
    EXPECT_EQ(uri.find_first_of("<>\"#"), std::string::npos);
}

}  // namespace
}  // namespace salus::pages
