#include "fhir/fhirpath/temporal.h"

#include <gtest/gtest.h>

namespace salus::fhir::fhirpath {
namespace {

constexpr auto kDateTime = MomentKind::date_time;

Moment moment(std::string_view text, MomentKind kind = kDateTime) {
    auto const parsed = kind == MomentKind::time ? parse_time(text) : parse_date_time(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Moment());
}

std::optional<int> order(std::string_view a, std::string_view b, MomentKind kind = kDateTime) {
    return compare(moment(a, kind), moment(b, kind), kind);
}

std::string after(std::string_view text, Step unit, std::string_view amount,
                  MomentKind kind = kDateTime) {
    auto const result = moved(moment(text, kind), kind, unit, *Decimal::parse(amount));
    return result ? text_of(*result, kind) : "nothing";
}

TEST(TemporalTest, KeepsWhatWasWritten) {
    for (auto const* each : {"2015", "2015-02", "2015-02-04", "2015-02-04T14", "2015-02-04T14:34",
                             "2015-02-04T14:34:28", "2015-02-04T14:34:28.123",
                             "2015-02-04T14:34:28Z", "2015-02-04T14:34:28.1-05:30"})
        EXPECT_EQ(text_of(moment(each), kDateTime), each);
    EXPECT_EQ(text_of(moment("2015T"), kDateTime), "2015");
    EXPECT_EQ(text_of(moment("14:34:28.120", MomentKind::time), MomentKind::time), "14:34:28.120");
}

TEST(TemporalTest, RefusesWhatIsNotOnTheCalendarOrTheClock) {
    for (auto const* each : {"", "15", "0000", "2015-13", "2015-00", "2015-02-30", "2015-2-4",
                             "2015-02-04T24", "2015-02-04T14:60", "2015-02-04T14:34:61",
                             "2015-02-04T14:34:28+15:00", "2015-02T10", "2015-02-04T14:34:28.",
                             "2015-02-04T14:34:28Zx", "2015-02-04 14:34", "2015-02-04T14:34+1"})
        EXPECT_FALSE(parse_date_time(each)) << each;
    EXPECT_FALSE(parse_date("2015-02-04T10"));
    EXPECT_FALSE(parse_time("14:34:28Z"));
    EXPECT_FALSE(parse_time("25"));
}

TEST(TemporalTest, ComparesAsFarAsBothAreKnown) {
    EXPECT_EQ(order("2018-03-01", "2018-03-02"), -1);
    EXPECT_EQ(order("2018", "2019-01-01"), -1);
    EXPECT_EQ(order("2018-03", "2018-03-01"), std::nullopt);
    EXPECT_EQ(order("2018-03-01T10:30", "2018-03-01T10:30:00"), std::nullopt);
    EXPECT_EQ(order("2018-03-01T10:30:00", "2018-03-01T10:30:00.0"), 0);
    EXPECT_EQ(order("10:30", "10:30:00", MomentKind::time), std::nullopt);
    EXPECT_EQ(order("10:31", "10:30:00", MomentKind::time), 1);
}

TEST(TemporalTest, ComparesAcrossZones) {
    EXPECT_EQ(order("2017-11-05T01:30:00.0-04:00", "2017-11-05T00:30:00.0-05:00"), 0);
    EXPECT_EQ(order("2017-12-31T23:30:00-05:00", "2018-01-01T00:30:00Z"), 1);
    // Without a zone, only what is true in every zone.
    EXPECT_EQ(order("2017-11-05T15:00:00Z", "2017-11-05T10:00:00"), std::nullopt);
    EXPECT_EQ(order("2017-11-05T15:00:00Z", "2017-11-07T10:00:00"), -1);
}

TEST(TemporalTest, MovesByTheCalendar) {
    EXPECT_EQ(after("2024-01-31", Step::month, "1"), "2024-02-29");
    EXPECT_EQ(after("2024-02-29", Step::year, "1"), "2025-02-28");
    EXPECT_EQ(after("1973-12-25", Step::day, "7.7"), "1974-01-01");
    EXPECT_EQ(after("1973-12-25", Step::week, "-1"), "1973-12-18");
    EXPECT_EQ(after("1973-12-25", Step::hour, "47"), "1973-12-26");
    EXPECT_EQ(after("1973-12-25T23:59:59.999+10:00", Step::millisecond, "1"),
              "1973-12-26T00:00:00.000+10:00");
    EXPECT_EQ(after("2014", Step::month, "25"), "2016");
    EXPECT_EQ(after("2014-05", Step::day, "61"), "2014-07");
    EXPECT_EQ(after("2014", Step::day, "364"), "2014");
    EXPECT_EQ(after("2014", Step::day, "365"), "2015");
    EXPECT_EQ(after("2014", Step::day, "-365"), "2013");
    EXPECT_EQ(after("2014", Step::week, "105"), "2016");
    EXPECT_EQ(after("2014", Step::hour, "8760"), "2015");
    EXPECT_EQ(after("2014-01", Step::week, "5"), "2014-02");
    EXPECT_EQ(after("2014-01", Step::hour, "720"), "2014-02");
    EXPECT_EQ(after("2014-01-01T10", Step::minute, "119"), "2014-01-01T11");
    EXPECT_EQ(after("23:30", Step::hour, "2", MomentKind::time), "01:30");
}

TEST(TemporalTest, StaysWithinTheCalendar) {
    EXPECT_EQ(after("9999-12-31", Step::day, "1"), "nothing");
    EXPECT_EQ(after("0001-01-01", Step::year, "-1"), "nothing");
    EXPECT_EQ(after("2000-01-01", Step::year, "99999999999999999999"), "nothing");
    EXPECT_EQ(after("2000-01-01T00:00:00Z", Step::week, "99999999999999999999"), "nothing");
    EXPECT_EQ(after("10:00", Step::year, "1", MomentKind::time), "nothing");
}

TEST(TemporalTest, HasBoundaries) {
    auto const bound = [](char const* text, Bound side, int digits) {
        auto const found = boundary(moment(text), kDateTime, side, digits);
        return found ? text_of(*found, kDateTime) : "nothing";
    };
    EXPECT_EQ(bound("2014-02", Bound::high, 8), "2014-02-28");
    EXPECT_EQ(bound("2014", Bound::low, 17), "2014-01-01T00:00:00.000+14:00");
    EXPECT_EQ(bound("2014-01-01T08", Bound::high, 17), "2014-01-01T08:59:59.999-12:00");
    EXPECT_EQ(bound("2014-01-01T08:05+08:00", Bound::low, 17), "2014-01-01T08:05:00.000+08:00");
    EXPECT_EQ(bound("2014", Bound::low, 5), "nothing");
}

}  // namespace
}  // namespace salus::fhir::fhirpath
