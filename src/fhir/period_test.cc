#include "fhir/period.h"

#include <gtest/gtest.h>

namespace salus::fhir {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)) + 12h;

bool holds(std::string text, WallTime moment = kNoon) {
    json::Parser parser;
    auto const period = parser.parse(std::move(text));
    EXPECT_TRUE(period);
    return period && holds_at(period->root(), moment);
}

TEST(PeriodTest, IsOpenWhereItHasNoBound) {
    EXPECT_TRUE(holds("{}"));
    EXPECT_TRUE(holds(R"({"start":"2026-11-27"})"));
    EXPECT_FALSE(holds(R"({"start":"2026-11-28"})"));
    EXPECT_TRUE(holds(R"({"end":"2026-11-28"})"));
    EXPECT_FALSE(holds(R"({"end":"2026-11-26"})"));
}

TEST(PeriodTest, HoldsToTheLastMomentOfItsEnd) {
    EXPECT_TRUE(holds(R"({"end":"2026-11"})"));
    EXPECT_TRUE(holds(R"({"end":"2026-11-27"})"));
    auto const midnight = kNoon + 12h;
    EXPECT_TRUE(holds(R"({"end":"2026-11-27"})", midnight - 1ns));
    EXPECT_FALSE(holds(R"({"end":"2026-11-27"})", midnight));
    EXPECT_TRUE(holds(R"({"start":"2026-11-28"})", midnight));
}

TEST(PeriodTest, HoldsNeverIfABoundCannotBeRead) {
    for (auto const* text : {R"({"start":"yesterday"})", R"({"end":"2026-13"})", R"({"end":1})",
                             R"({"start":null})", R"({"start":"2020","end":""})"})
        EXPECT_FALSE(holds(text)) << text;
}

TEST(PeriodTest, IsOfWhateverHasOne) {
    json::Parser parser;
    auto const without = parser.parse(R"({"active":true})");
    auto const over = parser.parse(R"({"period":{"end":"2025"}})");
    ASSERT_TRUE(without && over);
    EXPECT_TRUE(is_in_its_period(without->root(), kNoon));
    EXPECT_FALSE(is_in_its_period(over->root(), kNoon));
}

}  // namespace
}  // namespace salus::fhir
