#include "fhir/fhirpath/units.h"

#include <gtest/gtest.h>

namespace salus::fhir::fhirpath {
namespace {

Quantity quantity(std::string_view value, std::string_view unit, bool calendar = false) {
    return {*Decimal::parse(value), unit, calendar};
}

TEST(UnitsTest, ComparesWhatMeasuresTheSame) {
    EXPECT_EQ(compare(quantity("4.0000", "g"), quantity("4000.0", "mg")), 0);
    EXPECT_EQ(compare(quantity("1", "[in_i]"), quantity("2.54", "cm")), 0);
    EXPECT_EQ(compare(quantity("185", "[lb_av]"), quantity("185", "kg")), -1);
    EXPECT_EQ(compare(quantity("1", "mm[Hg]"), quantity("133.322387415", "Pa")), 0);
    EXPECT_EQ(compare(quantity("1", "mg/dL"), quantity("10", "mg/L")), 0);
    EXPECT_EQ(compare(quantity("1", "10*3/uL"), quantity("1", "10*9/L")), 0);
    EXPECT_EQ(compare(quantity("1", "kg.m/s2"), quantity("1", "N")), 0);
    EXPECT_EQ(compare(quantity("1", "/min"), quantity("60", "/h")), 0);
    EXPECT_EQ(compare(quantity("60", "{beats}/min"), quantity("1", "Hz")), 0);
    EXPECT_EQ(compare(quantity("1", "mL/(kg.h)"), quantity("1", "mL/kg/h")), 0);
    EXPECT_EQ(compare(quantity("50", "%"), quantity("0.5", "1")), 0);
    EXPECT_EQ(compare(quantity("5", "[arb'U]"), quantity("5", "[arb'U]")), 0);
}

TEST(UnitsTest, HasNoAnswerForTheRest) {
    EXPECT_EQ(compare(quantity("1", "g"), quantity("1", "m")), std::nullopt);
    EXPECT_EQ(compare(quantity("37", "Cel"), quantity("310.15", "K")), std::nullopt);
    EXPECT_EQ(compare(quantity("1", "[iU]"), quantity("1", "g")), std::nullopt);
    EXPECT_EQ(compare(quantity("5", "[arb'U]"), quantity("5", "1")), std::nullopt);
    for (auto const* each : {"", "/", "g/", "g.", "(g", "g)", "{", "g{", "xyz", "m-", "m99", "g g",
                             "((((((((((g))))))))))", "km99999999999", "[", "kmin"})
        EXPECT_FALSE(meaning_of(each)) << each;
}

TEST(UnitsTest, KnowsTheCalendarFromUcum) {
    EXPECT_EQ(compare(quantity("7", "day", true), quantity("1", "week", true)), 0);
    EXPECT_EQ(compare(quantity("7", "day", true), quantity("1", "wk")), 0);
    EXPECT_EQ(compare(quantity("1", "year", true), quantity("12", "month", true)), 0);
    EXPECT_EQ(compare(quantity("1", "year", true), quantity("1", "a")), std::nullopt);
    EXPECT_EQ(compare(quantity("1", "month", true), quantity("30", "day", true)), std::nullopt);
    EXPECT_TRUE(equivalent(quantity("1", "year", true), quantity("1", "a")));
    EXPECT_EQ(step_of("weeks"), Step::week);
    EXPECT_EQ(step_of("wk"), Step::week);
    EXPECT_EQ(step_of("a"), std::nullopt);
    EXPECT_EQ(step_of("cm"), std::nullopt);
}

TEST(UnitsTest, IsEquivalentToTheLesserPrecisionFromBothSides) {
    auto const grams = quantity("4", "g");
    auto const milligrams = quantity("4040", "mg");
    EXPECT_TRUE(equivalent(grams, milligrams));
    EXPECT_TRUE(equivalent(milligrams, grams));
    EXPECT_FALSE(equivalent(grams, quantity("4600", "mg")));
    EXPECT_FALSE(equivalent(grams, quantity("4", "m")));
}

TEST(UnitsTest, RefusesWhatWouldOverflow) {
    auto const huge = quantity("99999999999999999999999999999999999999", "Pm9");
    EXPECT_EQ(compare(huge, quantity("1", "m9")), std::nullopt);
    EXPECT_FALSE(equivalent(huge, quantity("1", "m9")));
}

}  // namespace
}  // namespace salus::fhir::fhirpath
