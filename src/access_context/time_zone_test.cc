#include "access_context/time_zone.h"

#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <utility>

#include "foundation/file.h"

namespace salus::access_context {
namespace {

using request::LocalTime;
using namespace std::chrono_literals;

WallTime at(std::chrono::year_month_day day, std::chrono::seconds time) {
    return WallTime(std::chrono::sys_days(day)) + time;
}
TimeZone zone(std::string_view name) {
    auto const zone = TimeZone::load(name);
    EXPECT_TRUE(zone.has_value()) << name;
    return zone.value_or(TimeZone());
}

TEST(TimeZone, KnowsUtcWithoutAFile) {
    using namespace std::chrono;
    EXPECT_EQ(TimeZone().at(WallTime{}), (LocalTime{.hour = 0, .weekday = 4}));  // a Thursday
    EXPECT_EQ(TimeZone().at(WallTime(-1ns)), (LocalTime{.hour = 23, .weekday = 3}));
    EXPECT_TRUE(TimeZone::load("UTC", "/nowhere").has_value());
    EXPECT_EQ(zone("UTC").at(at(2026y / November / 29, 23h + 59min)),
              (LocalTime{.hour = 23, .weekday = 7}));
}

TEST(TimeZone, ClocksGoForwardAndBack) {
    using namespace std::chrono;
    struct Case {
        char const* zone;
        year_month_day day;
        seconds time;  // UTC
        LocalTime local;
    };
    for (auto const& each : std::vector<Case>{
             {"Europe/Berlin", 2026y / March / 29, 59min + 59s, {.hour = 1, .weekday = 7}},
             {"Europe/Berlin", 2026y / March / 29, 1h, {.hour = 3, .weekday = 7}},
             {"Europe/Berlin", 2026y / October / 25, 59min + 59s, {.hour = 2, .weekday = 7}},
             {"Europe/Berlin", 2026y / October / 25, 1h, {.hour = 2, .weekday = 7}},
             {"Europe/Berlin", 2026y / October / 25, 2h, {.hour = 3, .weekday = 7}},
             {"America/New_York", 2026y / November / 2, 4h, {.hour = 23, .weekday = 7}},
             {"America/New_York", 2026y / July / 6, 3h, {.hour = 23, .weekday = 7}},
             {"Asia/Kolkata", 2026y / November / 29, 18h + 29min, {.hour = 23, .weekday = 7}},
             {"Asia/Kolkata", 2026y / November / 29, 18h + 30min, {.hour = 0, .weekday = 1}},
             // After the last change in any file: by the rule at its end.
             {"Europe/Berlin", 2150y / July / 1, 12h, {.hour = 14, .weekday = 3}},
             {"Europe/Berlin", 2150y / December / 31, 23h, {.hour = 0, .weekday = 5}}}) {
        EXPECT_EQ(zone(each.zone).at(at(each.day, each.time)), each.local)
            << each.zone << " " << each.time.count();
    }
}

// The C library reads the same files by another program. It has one zone for the whole process:
// nothing else of this test may run beside it.
TEST(TimeZone, AgreesWithTheCLibrary) {
    std::string const before = std::getenv("TZ") == nullptr ? "" : std::getenv("TZ");
    std::mt19937_64 random(20'260'101);  // NOLINT(cert-msc51-cpp): the same cases each time
    std::uniform_int_distribution<std::int64_t> seconds(-5'000'000'000, 8'000'000'000);
    for (auto const* name :
         {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
          "Australia/Sydney", "Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo",
          "Africa/Casablanca", "America/Nuuk", "Asia/Gaza", "Etc/GMT+12", "Pacific/Kiritimati",
          "America/Caracas", "Antarctica/Troll"}) {
        auto const ours = zone(name);
        ::setenv("TZ", name, 1);
        ::tzset();
        for (int i = 0; i < 2'000; ++i) {
            auto const moment = static_cast<std::time_t>(seconds(random));
            std::tm theirs{};
            ASSERT_NE(::localtime_r(&moment, &theirs), nullptr);
            LocalTime const expected{.hour = theirs.tm_hour,
                                     .weekday = theirs.tm_wday == 0 ? 7 : theirs.tm_wday};
            ASSERT_EQ(ours.at(WallTime(std::chrono::seconds(moment))), expected)
                << name << " " << moment;
        }
    }
    if (before.empty()) {
        ::unsetenv("TZ");
    } else {
        ::setenv("TZ", before.c_str(), 1);
    }
    ::tzset();
}

TEST(TimeZone, RefusesNamesThatLeaveTheDirectory) {
    for (auto const* name :
         {"", "/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Berlin", "Europe/Berlin/",
          "Europe//Berlin", "./Europe/Berlin", "Europe/Berlin ", ":Europe/Berlin", "CET-1CEST,M3",
          "Europe/Atlantis", "Europe", "zone.tab"}) {
        EXPECT_FALSE(TimeZone::load(name).has_value()) << name;
    }
    EXPECT_FALSE(TimeZone::load(std::string(65, 'a')).has_value());
}

TEST(TimeZone, SurvivesEveryDamage) {
    auto const file = read_file(std::filesystem::path(kZoneDirectory) / "Europe/Berlin", 1 << 16);
    ASSERT_TRUE(file.has_value());
    for (std::size_t size = 0; size < file->size(); ++size)
        EXPECT_FALSE(TimeZone::parse(BytesView(*file).first(size)).has_value()) << size;
    auto const now = at(std::chrono::year(2026) / 6 / 1, 0s);
    for (std::size_t i = 0; i < file->size(); ++i) {
        for (unsigned const flip : {0x01U, 0x80U, 0xffU}) {
            auto damaged = *file;
            damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
            auto const parsed = TimeZone::parse(damaged);
            if (!parsed) continue;
            auto const local = parsed->at(now);
            EXPECT_TRUE(local.hour >= 0 && local.hour < 24 && local.weekday >= 1 &&
                        local.weekday <= 7);
        }
    }
}

}  // namespace
}  // namespace salus::access_context
