#include "audit/crc32c.h"

#include <gtest/gtest.h>

namespace salus::audit {
namespace {

TEST(Crc32cTest, MeetsTheVectorsOfRfc3720) {
    EXPECT_EQ(crc32c(0, Bytes(32, 0x00)), 0x8a9136aaU);
    EXPECT_EQ(crc32c(0, Bytes(32, 0xff)), 0x62a8ab43U);
    EXPECT_EQ(crc32c(0, bytes_of("123456789")), 0xe3069283U);
}

TEST(Crc32cTest, TableAndInstructionAgreeAtEverySplit) {
    Bytes bytes;
    for (unsigned i = 0; i < 77; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + 5));
    auto const whole = crc32c(0, bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        auto const first = BytesView(bytes).first(cut);
        auto const second = BytesView(bytes).subspan(cut);
        EXPECT_EQ(crc32c(crc32c_portable(0, first), second), whole);
        EXPECT_EQ(crc32c_portable(crc32c(0, first), second), whole);
    }
}

}  // namespace
}  // namespace salus::audit
