#include "factors/password_weakness.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "crypto/random.h"
#include "crypto/sha1.h"
#include "factors/common_passwords.h"

namespace salus::factors {
namespace {

PreparedPassword accepted(std::string_view text) {
    return PreparedPassword::prepare(SecretBytes(bytes_of(text))).value();
}
std::string upper_hex_sha1(std::string_view text) {
    auto hex = to_hex(crypto::sha1(bytes_of(text)));
    std::ranges::transform(hex, hex.begin(), [](unsigned char c) { return std::toupper(c); });
    return hex;
}

class WeaknessTest : public ::testing::Test {
protected:
    WeaknessTest() {
        std::string name =
            (std::filesystem::temp_directory_path() / "salus-passwords-XXXXXX").string();
        auto const file = ::mkstemp(name.data());
        ::close(file);
        path_ = name;
    }
    ~WeaknessTest() override { std::filesystem::remove(path_); }

    Result<BreachedPasswords> opened(std::string_view text) {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
        return BreachedPasswords::open(path_);
    }
    static std::optional<PasswordWeakness> weakness(std::string_view text,
                                                    std::vector<std::string> const& context = {},
                                                    BreachedPasswords const* breached = nullptr) {
        return weakness_of(accepted(text), context, breached).value();
    }

    std::filesystem::path path_;
};

TEST_F(WeaknessTest, CommonPasswordsAreRefusedInAnyCase) {
    for (auto const* text :
         {"password", "PassWord", "iloveyou", "password1", "qwertyuiop", "LETMEIN123"}) {
        EXPECT_EQ(weakness(text), PasswordWeakness::common) << text;
    }
    EXPECT_EQ(weakness("correct horse battery staple"), std::nullopt);
    auto const table = common_password_hashes();
    EXPECT_GE(table.size(), 10'000U);
    EXPECT_TRUE(std::ranges::is_sorted(table));
}

TEST_F(WeaknessTest, NamesDoNotMakeAPassword) {
    std::vector<std::string> const context{"j.doe-miller@StMary.example", "Salus"};
    EXPECT_EQ(weakness("StMary-2026!", context), PasswordWeakness::context);
    EXPECT_EQ(weakness("salusmillerstmary", context), PasswordWeakness::context);
    EXPECT_EQ(weakness("MILLERMILLERMILLER", context), PasswordWeakness::context);
    EXPECT_EQ(weakness("salsalusus-example", context), PasswordWeakness::context)
        << "what taking out a word leaves is looked at again";
    EXPECT_EQ(weakness("doe and seven dwarfs", context), std::nullopt) << "three letters";
    EXPECT_EQ(weakness("miller and seven dwarfs", context), std::nullopt);
    EXPECT_EQ(weakness("StMary-2026!", {}), std::nullopt);
}

TEST_F(WeaknessTest, FindsEveryLineOfAList) {
    for (int const lines : {1, 2, 3, 10, 1000}) {
        std::vector<std::string> sorted;
        for (int i = 0; i < lines; ++i) {
            sorted.push_back(upper_hex_sha1("breached-" + std::to_string(i)));
        }
        std::ranges::sort(sorted);
        std::string text;
        std::uint64_t seen = 1;
        for (auto const& hash : sorted) {
            text += hash + ":" + std::to_string(seen) + "\r\n";
            seen = seen * 7 % 100'000'007;  // counts of every length
        }
        for (auto const& form : {text, text.substr(0, text.size() - 2)}) {
            auto const list = opened(form);
            ASSERT_TRUE(list) << list.error().why.text();
            for (int i = 0; i < lines; ++i) {
                EXPECT_TRUE(list->contains(accepted("breached-" + std::to_string(i))).value())
                    << i << " of " << lines;
                EXPECT_FALSE(list->contains(accepted("other----" + std::to_string(i))).value());
            }
        }
    }
}

TEST_F(WeaknessTest, AListMayHaveHashesAlone) {
    auto const list = opened(upper_hex_sha1("breached!") + "\n");
    EXPECT_EQ(weakness("breached!", {}, &*list), PasswordWeakness::breached);
    EXPECT_EQ(weakness("Breached!", {}, &*list), std::nullopt);
}

TEST_F(WeaknessTest, RefusesWhatIsNoList) {
    auto const a = std::string(40, 'A');
    auto const b = std::string(40, 'B');
    EXPECT_TRUE(opened(a + ":1\n" + b + ":2\n"));
    for (auto const& text :
         {std::string(), std::string("\n"), std::string("password\n"), b + ":1\n" + a + ":2\n",
          a + ":1\n" + a + ":2\n", a + ":\n", a + ":x\n", a + " :1\n", a.substr(1) + "\n",
          std::string(1000, 'A'), a + ":1\n" + std::string(200, 'B') + "\n"}) {
        EXPECT_EQ(opened(text).error().code, Errc::invalid) << text;
    }
    EXPECT_EQ(BreachedPasswords::open(path_.parent_path()).error().code, Errc::not_found);
    EXPECT_EQ(BreachedPasswords::open("/nowhere/list").error().code, Errc::not_found);
}

TEST_F(WeaknessTest, AListThatWasChangedUnderUsIsUnavailable) {
    std::string text;
    for (char c = 'A'; c <= 'F'; ++c) text += std::string(40, c) + ":1\n";
    auto const list = opened(text).value();
    std::filesystem::resize_file(path_, 10);
    auto const asked = weakness_of(accepted("correct horse battery"), {}, &list);
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace salus::factors
