#include "fhir/decimal.h"

#include <gtest/gtest.h>
#include <vector>

namespace salus::fhir {
namespace {

TEST(SearchDecimalTest, KeysCompareAsTheNumbersDo) {
    std::vector<std::string> const rising = {"-1e400", "-123456789012345678901234567890",
                                             "-100.5", "-100",
                                             "-99.99", "-10",
                                             "-9",     "-1.01",
                                             "-1",     "-0.5",
                                             "-0.05",  "-1e-400",
                                             "0",      "1e-400",
                                             "0.005",  "0.05",
                                             "0.5",    "0.51",
                                             "1",      "1.01",
                                             "9",      "10",
                                             "99.99",  "100",
                                             "100.5",  "123456789012345678901234567890",
                                             "1e400"};
    for (std::size_t i = 0; i < rising.size(); ++i) {
        auto const key = decimal_key(rising[i]);
        ASSERT_TRUE(key.has_value()) << rising[i];
        EXPECT_LT(kLeastDecimal, *key);
        EXPECT_LT(*key, kGreatestDecimal);
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_LT(*decimal_key(rising[j]), *key) << rising[j] << " < " << rising[i];
    }
}

TEST(SearchDecimalTest, OneNumberHasOneKey) {
    for (auto const& equal : std::vector<std::vector<std::string>>{
             {"100", "100.0", "100.000", "1e2", "1.00E+2", "0.1e3", "10000e-2"},
             {"-5.4", "-5.40", "-54e-1", "-0.54e1"},
             {"0", "0.0", "-0", "0e5", "0.000e-7"},
         })
        for (auto const& text : equal) EXPECT_EQ(decimal_key(text), decimal_key(equal[0])) << text;
}

TEST(SearchDecimalTest, RefusesWhatIsNoNumber) {
    for (auto const* text : {"", "-", "+1", ".5", "5.", "05", "1e", "1e+", "1e1.5", "0x1", "NaN",
                             "1 ", " 1", "1,5", "--1", "1e99999999999", "1e200000", "1-2"}) {
        EXPECT_FALSE(decimal_key(text).has_value()) << text;
        EXPECT_FALSE(implied_range(text).has_value()) << text;
        EXPECT_FALSE(approximate_range(text).has_value()) << text;
    }
    EXPECT_FALSE(decimal_key(std::string(1'000, '1')).has_value());
}

TEST(SearchDecimalTest, DigitsImplyARange) {
    struct Case {
        char const* text;
        char const* low;
        char const* high;
    };
    for (auto const& [text, low, high] : std::vector<Case>{
             {"100", "99.5", "100.5"},
             {"100.00", "99.995", "100.005"},
             {"5.4", "5.35", "5.45"},
             {"5.40e-3", "0.005395", "0.005405"},
             {"1e2", "95", "105"},  // as the specification has it
             {"-5.4", "-5.45", "-5.35"},
             {"1", "0.5", "1.5"},
             {"0", "-0.5", "0.5"},
             {"0.00", "-0.005", "0.005"},
             {"999", "998.5", "999.5"},
             {"-1000", "-1000.5", "-999.5"},
         }) {
        auto const range = implied_range(text);
        ASSERT_TRUE(range.has_value());
        EXPECT_EQ(range->low, *decimal_key(low)) << text;
        EXPECT_EQ(range->high, *decimal_key(high)) << text;
    }
    auto const about = approximate_range("-50");
    EXPECT_EQ(about->low, *decimal_key("-55"));
    EXPECT_EQ(about->high, *decimal_key("-45"));
}

}  // namespace
}  // namespace salus::fhir
