#include "fhir/date_time.h"

#include <gtest/gtest.h>
#include <limits>

#include "fhir/fold.h"

namespace salus::fhir {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

TimeRange range(std::string_view text) {
    auto const parsed = parse_date_time(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? parsed->range : TimeRange{};
}

TEST(DateTimeTest, StandsForItsPrecision) {
    EXPECT_EQ(range("1970"), (TimeRange{0, 365 * kDay}));
    EXPECT_EQ(range("1970-02"), (TimeRange{31 * kDay, 59 * kDay}));
    EXPECT_EQ(range("1972-02-29"), (TimeRange{789 * kDay, 790 * kDay}));
    EXPECT_EQ(range("1970-01-01T00:00Z"), (TimeRange{0, 60 * kSecond}));
    EXPECT_EQ(range("1970-01-01T01:00:00+01:00"), (TimeRange{0, kSecond}));
    EXPECT_EQ(range("1969-12-31T19:00:00.5-05:00"), (TimeRange{kSecond / 2, kSecond * 6 / 10}));
    EXPECT_EQ(range("1970-01-01T00:00:00.1234567891Z").start, 123'456'789);
    EXPECT_EQ(range("9999").end, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(range("0001").start, std::numeric_limits<std::int64_t>::min());
}

TEST(DateTimeTest, RefusesOtherSpellings) {
    for (auto const* text : {"",
                             "197",
                             "19700",
                             "0000",
                             "1970-",
                             "1970-1",
                             "1970-13",
                             "1970-00",
                             "1970-01-00",
                             "1970-01-32",
                             "1971-02-29",
                             "1900-02-29",
                             "1970-01-01T",
                             "1970-01-01T00",
                             "1970-01-01 00:00",
                             "1970-01-01T24:00:00Z",
                             "1970-01-01T00:60:00Z",
                             "1970-01-01T00:00:61Z",
                             "1970-01-01T00:00:00.Z",
                             "1970-01-01T00:00:00+0100",
                             "1970-01-01T00:00:00+15:00",
                             "1970-01-01T00:00:00+14:30",
                             "1970-01-01T00:00:00ZZ",
                             "1970-01-01T00:00:00z",
                             "-1970",
                             "+1970",
                             "1970-01-01Z",
                             "１９７０"})
        EXPECT_FALSE(parse_date_time(text)) << text;
    EXPECT_FALSE(is_date("1970-01-01T00:00:00Z"));
    EXPECT_FALSE(is_date_time("1970-01-01T00:00:00"));
    EXPECT_FALSE(is_date_time("1970-01-01T00:00Z"));
    EXPECT_TRUE(is_date_time("1970-01"));
    EXPECT_FALSE(is_instant("1970-01-01"));
    EXPECT_TRUE(is_instant("1970-01-01T00:00:00.123+05:30"));
    EXPECT_TRUE(is_time("23:59:59.9"));
    EXPECT_FALSE(is_time("23:59"));
    EXPECT_FALSE(is_time("23:59:59Z"));
}

TEST(FoldTest, RemovesCaseAndAccents) {
    EXPECT_EQ(fold("  José   GARCÍA-Łukasz\n"), "jose garcia-lukasz");
    EXPECT_EQ(fold("Straße Æther Œuvre Þór"), "strasse aether oeuvre thor");
    EXPECT_EQ(fold("e\u0301"), "e");
    EXPECT_EQ(fold("ŽŠĐ žšđ ſ ÿ"), "zsd zsd s y");
    EXPECT_EQ(fold("ИВАН Ёж ΑΩ"), "иван ёж αω");
    EXPECT_EQ(fold("山田 ×÷"), "山田 ×÷");
    EXPECT_EQ(fold(" \t"), "");
    EXPECT_EQ(fold("\xc3"), "\xc3");
}

}  // namespace
}  // namespace salus::fhir
