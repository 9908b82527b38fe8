#include "fhir/fhirpath/decimal.h"

#include <gtest/gtest.h>

namespace salus::fhir::fhirpath {
namespace {

Decimal number(std::string_view text) {
    auto const parsed = Decimal::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Decimal());
}

std::string text(std::optional<Decimal> const& value) {
    return value ? value->text() : "nothing";
}

TEST(DecimalTest, KeepsTheSpelling) {
    for (auto const* each : {"0", "1", "-1", "1.0", "1.00", "0.000", "-0.5", "0.05",
                             "12345678901234567890123456789012345678"})
        EXPECT_EQ(number(each).text(), each);
    EXPECT_EQ(number("1.5e3").text(), "1500");
    EXPECT_EQ(number("15E-2").text(), "0.15");
    EXPECT_EQ(number("+7").text(), "7");
}

TEST(DecimalTest, RefusesWhatIsNoNumberOrTooLong) {
    for (auto const* each : {"", "-", ".", "1.", ".5", "1..2", "1.2.3", "a", "1a", "1e", "1e+",
                             "1e999", "1e-999", "--1", "+-1", "1 ", " 1", "1e99999999999999999999",
                             "123456789012345678901234567890123456789"})
        EXPECT_FALSE(Decimal::parse(each)) << each;
}

TEST(DecimalTest, ComparesByValueAtAnyScale) {
    EXPECT_EQ(number("1.0"), number("1.00"));
    EXPECT_EQ(number("-0.0"), number("0"));
    EXPECT_LT(number("-1.5"), number("-1.49"));
    EXPECT_GT(number("99999999999999999999999999999999999"),
              number("0.0000000000000000000000000000001"));
    EXPECT_LT(number("-12345678901234567890123456789012345678"),
              number("0.00000000000000000000001"));
}

TEST(DecimalTest, CalculatesExactly) {
    EXPECT_EQ(text(Decimal::add(number("0.1"), number("0.2"))), "0.3");
    EXPECT_EQ(text(Decimal::add(number("1.8"), number("-1.2"))), "0.6");
    EXPECT_EQ(text(Decimal::multiply(number("1.2"), number("1.8"))), "2.16");
    EXPECT_EQ(text(Decimal::divide(number("1"), number("2"))), "0.5");
    EXPECT_EQ(text(Decimal::divide(number("4.0"), number("2.0"))), "2");
    EXPECT_EQ(text(Decimal::divide(number("2"), number("3"))), "0.6666666666666667");
    EXPECT_EQ(text(Decimal::divide(number("-2"), number("3"))), "-0.6666666666666667");
    EXPECT_EQ(text(Decimal::remainder(number("2.2"), number("1.8"))), "0.4");
    EXPECT_EQ(text(Decimal::remainder(number("-5"), number("2"))), "-1");
    EXPECT_EQ(text(Decimal::power(number("2.5"), 2)), "6.25");
    EXPECT_EQ(text(Decimal::power(number("0"), 0)), "1");
}

TEST(DecimalTest, HasNoResultWhereItWouldNotFit) {
    auto const large = number("99999999999999999999999999999999999999");
    EXPECT_FALSE(Decimal::add(large, large));
    EXPECT_FALSE(Decimal::multiply(large, number("10")));
    EXPECT_FALSE(Decimal::power(number("10"), 2'147'483'647));
    EXPECT_FALSE(Decimal::divide(number("1"), number("0.00")));
    EXPECT_FALSE(Decimal::remainder(number("1"), number("0")));
    EXPECT_FALSE(Decimal::from_double(1e300));
    EXPECT_FALSE(Decimal::from_double(0.0 / 0.0));
    EXPECT_FALSE(large.with_scale(1, Decimal::Rounding::down));
    EXPECT_FALSE(large.truncated());
}

TEST(DecimalTest, RoundsToEachSide) {
    using enum Decimal::Rounding;
    EXPECT_EQ(text(number("1.5865").with_scale(2, down)), "1.58");
    EXPECT_EQ(text(number("1.5865").with_scale(2, up)), "1.59");
    EXPECT_EQ(text(number("-1.5875").with_scale(2, down)), "-1.59");
    EXPECT_EQ(text(number("-1.5865").with_scale(2, up)), "-1.58");
    EXPECT_EQ(text(number("2.5").with_scale(0, half_away)), "3");
    EXPECT_EQ(text(number("-2.5").with_scale(0, half_away)), "-3");
    EXPECT_EQ(text(number("1").with_scale(3, down)), "1.000");
}

TEST(DecimalTest, TakesDoublesToFifteenDigits) {
    EXPECT_EQ(text(Decimal::from_double(0.1 + 0.2)), "0.3");
    EXPECT_EQ(text(Decimal::from_double(9.0)), "9");
    EXPECT_EQ(text(Decimal::from_double(-1.5e10)), "-15000000000");
    EXPECT_EQ(text(Decimal::from_double(1e-300)), "0");
    EXPECT_EQ(text(Decimal::from_double(1.25e-30)), "0.00000000000000000000000000000125");
}

}  // namespace
}  // namespace salus::fhir::fhirpath
