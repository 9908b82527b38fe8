#include "fhir/period.h"

#include <optional>
#include <string_view>

#include "fhir/date_time.h"

namespace salus::fhir {
namespace {

std::optional<TimeRange> bound_in(json::Value bound) {
    auto const time = bound.is_string() ? parse_date_time(bound.text()) : std::nullopt;
    return time ? std::optional(time->range) : std::nullopt;
}

}  // namespace

bool holds_at(json::Value period, WallTime moment) {
    auto const now = moment.time_since_epoch().count();
    if (auto const start = period.member("start")) {
        auto const range = bound_in(*start);
        if (!range || now < range->start) return false;
    }
    if (auto const end = period.member("end")) {
        auto const range = bound_in(*end);
        if (!range || now >= range->end) return false;
    }
    return true;
}

bool is_in_its_period(json::Value element, WallTime moment) {
    auto const period = element.member("period");
    return !period || holds_at(*period, moment);
}

}  // namespace salus::fhir
