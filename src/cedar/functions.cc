#include "cedar/functions.h"

#include <algorithm>
#include <array>

namespace salus::cedar {
namespace {

constexpr std::array<FunctionFacts, 22> kFunctions{{
    {"ip", Function::ip, false, 1},
    {"decimal", Function::decimal, false, 1},
    {"datetime", Function::datetime, false, 1},
    {"duration", Function::duration, false, 1},
    {"isIpv4", Function::is_ipv4, true, 1},
    {"isIpv6", Function::is_ipv6, true, 1},
    {"isLoopback", Function::is_loopback, true, 1},
    {"isMulticast", Function::is_multicast, true, 1},
    {"isInRange", Function::is_in_range, true, 2},
    {"lessThan", Function::less_than, true, 2},
    {"lessThanOrEqual", Function::less_than_or_equal, true, 2},
    {"greaterThan", Function::greater_than, true, 2},
    {"greaterThanOrEqual", Function::greater_than_or_equal, true, 2},
    {"offset", Function::offset, true, 2},
    {"durationSince", Function::duration_since, true, 2},
    {"toDate", Function::to_date, true, 1},
    {"toTime", Function::to_time, true, 1},
    {"toMilliseconds", Function::to_milliseconds, true, 1},
    {"toSeconds", Function::to_seconds, true, 1},
    {"toMinutes", Function::to_minutes, true, 1},
    {"toHours", Function::to_hours, true, 1},
    {"toDays", Function::to_days, true, 1},
}};

constexpr std::array<MethodFacts, 6> kMethods{{
    {"contains", Operation::contains, 2},
    {"containsAll", Operation::contains_all, 2},
    {"containsAny", Operation::contains_any, 2},
    {"isEmpty", Operation::is_empty, 1},
    {"getTag", Operation::get_tag, 2},
    {"hasTag", Operation::has_tag, 2},
}};

}  // namespace

FunctionFacts const* find_function(std::string_view name) noexcept {
    auto const* const found = std::ranges::find(kFunctions, name, &FunctionFacts::name);
    return found != kFunctions.end() ? found : nullptr;
}

MethodFacts const* find_method(std::string_view name) noexcept {
    auto const* const found = std::ranges::find(kMethods, name, &MethodFacts::name);
    return found != kMethods.end() ? found : nullptr;
}

MethodFacts const* find_method(Operation operation) noexcept {
    auto const* const found = std::ranges::find(kMethods, operation, &MethodFacts::operation);
    return found != kMethods.end() ? found : nullptr;
}

}  // namespace salus::cedar
