#include "access_context/daylight_rule.h"

#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace salus::access_context {
namespace {

using namespace std::chrono;

TEST(DaylightRule, ReadsEachForm) {
    struct Case {
        char const* rule;
        sys_seconds time;
        seconds ahead;
    };
    auto const day = [](year_month_day date) { return sys_seconds(sys_days(date)); };
    for (auto const& [rule, time, ahead] : std::vector<Case>{
             {"EST5", day(2026y / July / 1), -5h},
             {"<+0545>-5:45", day(2026y / July / 1), 5h + 45min},
             {"<-03>3", day(2026y / July / 1), -3h},
             {"AAA-1:02:03", day(2026y / July / 1), 1h + 2min + 3s},
             {"CET-1CEST,M3.5.0,M10.5.0/3", day(2026y / March / 29) + 1h - 1s, 1h},
             {"CET-1CEST,M3.5.0,M10.5.0/3", day(2026y / March / 29) + 1h, 2h},
             {"CET-1CEST,M3.5.0,M10.5.0/3", day(2026y / October / 25) + 1h - 1s, 2h},
             {"CET-1CEST,M3.5.0,M10.5.0/3", day(2026y / October / 25) + 1h, 1h},
             // South of the equator, over the new year.
             {"AEST-10AEDT,M10.1.0,M4.1.0/3", day(2026y / January / 1), 11h},
             {"AEST-10AEDT,M10.1.0,M4.1.0/3", day(2026y / July / 1), 10h},
             // Half an hour; a time before the day begins.
             {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", day(2026y / January / 1), 11h},
             {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", day(2026y / March / 29) + 1h - 1s, -2h},
             {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", day(2026y / March / 29) + 1h, -1h},
             // February 29 counts for n and not for Jn.
             {"AAA0BBB,J60/0,J61/0", day(2028y / March / 1), 1h},
             {"AAA0BBB,J60/0,J61/0", day(2028y / February / 29), 0h},
             {"AAA0BBB,59/0,60/0", day(2028y / February / 29), 1h},
             {"AAA0BBB,59/0,60/0", day(2027y / March / 1), 1h}}) {
        auto const parsed = DaylightRule::parse(rule);
        ASSERT_TRUE(parsed.has_value()) << rule;
        EXPECT_EQ(parsed->offset(time).count(), ahead.count()) << rule;
    }
    // All the year (RFC 8536 section 3.3.1).
    auto const always = DaylightRule::parse("XXX3EDT4,0/0,J365/23");
    ASSERT_TRUE(always.has_value());
    for (auto time = day(2026y / January / 1); time < day(2029y / January / 1); time += 1h)
        ASSERT_EQ(always->offset(time), -4h);
}

TEST(DaylightRule, RefusesWhatIsNone) {
    for (auto const* rule : {"",
                             "5",
                             "CE-1",
                             "CET",
                             "CET-",
                             "CET-25",
                             "CET-1:60",
                             "CET-1CEST",
                             "CET-1CEST-2",
                             "CET-1CEST,M3.5.0",
                             "CET-1CEST,M3.5.0,",
                             "CET-1CEST,M13.5.0,M10.5.0",
                             "CET-1CEST,M3.6.0,M10.5.0",
                             "CET-1CEST,M3.0.0,M10.5.0",
                             "CET-1CEST,M3.5.7,M10.5.0",
                             "CET-1CEST,J0,J10",
                             "CET-1CEST,J366,J10",
                             "CET-1CEST,366,10",
                             "CET-1CEST,M3.5.0/168,10",
                             "CET-1CEST,M3.5.0,M10.5.0/3x",
                             "<+1>-1",
                             "<+01-1",
                             "CET-1CEST;M3.5.0;M10.5.0",
                             "CET-99999999999"}) {
        EXPECT_FALSE(DaylightRule::parse(rule).has_value()) << rule;
    }
}

}  // namespace
}  // namespace salus::access_context
