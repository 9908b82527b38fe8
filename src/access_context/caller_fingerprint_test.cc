#include "access_context/caller_fingerprint.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace salus::access_context {
namespace {

FingerprintKey counting_key() {
    FingerprintKey::Array key{};
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
    return FingerprintKey(key);
}

// The reference implementation's vectors for 0, 8 and 16 bytes; OpenSSL's SIPHASH agrees.
TEST(CallerFingerprint, IsSipHashOf128Bits) {
    auto const key = counting_key();
    std::vector<std::uint64_t> words;
    EXPECT_EQ(key.of_words(words), (CallerFingerprint{0xe6a825ba047f81a3, 0x930255c71472f66d}));
    words.push_back(0x0706050403020100);
    EXPECT_EQ(key.of_words(words), (CallerFingerprint{0x61f55862baa9623b, 0xb49714f364e2830f}));
    words.push_back(0x0f0e0d0c0b0a0908);
    EXPECT_EQ(key.of_words(words), (CallerFingerprint{0xbb54b067caa4e26e, 0x77052385bf1533fd}));
}

TEST(CallerFingerprint, NoTwoCallersAreOne) {
    auto const key = counting_key();
    std::vector<CallerFingerprint> all;
    for (auto const& [tenant, client, user] :
         std::vector<std::array<std::string_view, 3>>{{"a", "b", "c"},
                                                      {"ab", "", "c"},
                                                      {"", "ab", "c"},
                                                      {"a", "bc", ""},
                                                      {"a", "b", ""},
                                                      {"a", "", "b"},
                                                      {"", "", "abc"},
                                                      {"a", "b", std::string_view("c\0", 2)},
                                                      {"aaaaaaaa", "aaaaaaaa", ""},
                                                      {"aaaaaaaaaaaaaaaa", "", ""},
                                                      {"aaaaaaaaaaaaaaa", "a", ""},
                                                      {"", "", ""}}) {
        all.push_back(key.of(tenant, client, user));
        EXPECT_EQ(key.of(tenant, client, user), all.back());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_NE(all[i], all[j]) << i << " " << j;
    }
    EXPECT_NE(FingerprintKey({}).of("a", "b", "c"), all[0]);
}

}  // namespace
}  // namespace salus::access_context
