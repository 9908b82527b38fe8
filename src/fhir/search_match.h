// Whether indexed values meet what is asked. Private to the room. Allocates nothing.
#pragma once

#include <array>
#include <cstring>
#include <optional>

#include "fhir/search.h"

namespace salus::fhir {

// Whether one of the values meets one of the clause's criteria.
[[nodiscard]] bool any_value_matches(SearchClause const& clause, ValueReader values) noexcept;
// Of a list as values_of() reads it.
[[nodiscard]] bool any_value_matches(SearchClause const& clause, BytesView list) noexcept;
// search.html#prefix, on ranges [start, end). Here, because nearly every row of a table has a date
// of its own to be compared.
[[nodiscard]] inline bool date_matches(DateCriterion const& wanted,
                                       TimeRange const& value) noexcept {
    auto const [start, end] = wanted.range;
    bool const inside = start <= value.start && value.end <= end;
    switch (wanted.prefix) {
        case SearchPrefix::eq: return inside;
        case SearchPrefix::ne: return !inside;
        case SearchPrefix::lt: return value.start < start;
        case SearchPrefix::gt: return value.end > end;
        case SearchPrefix::le: return value.start < start || inside;
        case SearchPrefix::ge: return value.end > end || inside;
        case SearchPrefix::sa: return value.start >= end;
        case SearchPrefix::eb: return value.end <= start;
        case SearchPrefix::ap: return value.start < end && start < value.end;
    }
    return false;
}
// The date of a list that holds one date and nothing else, without a reader.
[[nodiscard]] inline std::optional<TimeRange> only_date(BytesView list) noexcept {
    // Type, number of values, their size.
    constexpr std::array<std::uint8_t, 7> kHeader{
        static_cast<std::uint8_t>(ParameterType::date), 0, 1, 0, 0, 0, 2 * sizeof(std::int64_t)};
    auto const* const first = list.data();
    if (list.size() != kHeader.size() + kHeader.back() ||
        std::memcmp(first, kHeader.data(), kHeader.size()) != 0)
        return std::nullopt;
    auto const time = [&](std::size_t at) {
        return static_cast<std::int64_t>(
            big_endian<std::uint64_t>(first + kHeader.size() + at * sizeof(std::int64_t)));
    };
    return TimeRange{time(0), time(1)};
}
[[nodiscard]] bool id_matches(SearchClause const& clause, std::string_view id) noexcept;
[[nodiscard]] bool time_matches(SearchClause const& clause, std::int64_t last_updated) noexcept;

}  // namespace salus::fhir
