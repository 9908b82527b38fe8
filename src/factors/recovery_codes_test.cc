#include "factors/recovery_codes.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

std::string text(SecretBytes const& code) {
    return std::string(text_of(code.reveal()));
}

class RecoveryCodesTest : public ::testing::Test {
protected:
    crypto::SystemRandom random_;
    RecoveryCodes::Made made_ = RecoveryCodes::make(random_);
};

TEST_F(RecoveryCodesTest, AreTenThatPeopleCanRead) {
    ASSERT_EQ(made_.codes.size(), 10U);
    std::set<std::string> different;
    for (auto const& code : made_.codes) {
        auto const shown = text(code);
        ASSERT_EQ(shown.size(), 19U);
        EXPECT_EQ(shown[4], '-');
        EXPECT_EQ(shown.find_first_of("ILOU"), std::string::npos);
        EXPECT_EQ(shown.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), std::string::npos);
        different.insert(shown);
    }
    EXPECT_EQ(different.size(), 10U);
}

TEST_F(RecoveryCodesTest, EachServesOnce) {
    for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(made_.stored.left(), 10 - i);
        auto const code = text(made_.codes[i]);
        EXPECT_TRUE(made_.stored.use(code));
        EXPECT_FALSE(made_.stored.use(code));
    }
    EXPECT_EQ(made_.stored.left(), 0U);
}

TEST_F(RecoveryCodesTest, AreTakenAsPeopleTypeThem) {
    auto code = text(made_.codes[0]);
    std::ranges::transform(code, code.begin(), [](unsigned char c) { return std::tolower(c); });
    std::ranges::replace(code, '-', ' ');
    EXPECT_TRUE(made_.stored.use(" " + code + " "));
    auto bare = text(made_.codes[1]);
    std::erase(bare, '-');
    std::ranges::replace(bare, '0', 'o');
    std::ranges::replace(bare, '1', 'l');
    EXPECT_TRUE(made_.stored.use(bare));
    auto third = text(made_.codes[2]);
    std::ranges::replace(third, '0', 'O');
    std::ranges::replace(third, '1', 'I');
    EXPECT_TRUE(made_.stored.use(third));
}

TEST_F(RecoveryCodesTest, NothingElseIsOne) {
    auto const code = text(made_.codes[0]);
    for (auto const& wrong : {std::string(), code.substr(1), code + "0", code + "\n",
                              std::string(1, 'U') + code.substr(1), std::string(19, '-'),
                              std::string(1000, '0'), std::string("0000-0000-0000-0000")}) {
        EXPECT_FALSE(made_.stored.use(wrong));
    }
    auto other = code;
    other.back() = other.back() == '2' ? '3' : '2';
    EXPECT_FALSE(made_.stored.use(other));
    EXPECT_EQ(made_.stored.left(), 10U);
}

TEST_F(RecoveryCodesTest, AreStoredAsHashes) {
    auto const stored = made_.stored.to_bytes();
    EXPECT_EQ(stored.size(), 320U);
    for (auto const& code : made_.codes) {
        auto bare = text(code);
        std::erase(bare, '-');
        EXPECT_EQ(text_of(stored).find(bare), std::string_view::npos);
    }
    auto again = RecoveryCodes::from_bytes(stored).value();
    EXPECT_TRUE(again.use(text(made_.codes[9])));
    EXPECT_EQ(RecoveryCodes::from_bytes(again.to_bytes())->left(), 9U);
    EXPECT_EQ(RecoveryCodes::from_bytes({})->left(), 0U);
    EXPECT_EQ(RecoveryCodes::from_bytes(BytesView(stored).first(31)).error().code, Errc::corrupt);
    EXPECT_FALSE(RecoveryCodes::from_bytes(Bytes(352)));
}

}  // namespace
}  // namespace salus::factors
