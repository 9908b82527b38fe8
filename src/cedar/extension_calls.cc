// call_function(): what the functions and methods of extension types compute.
#include <optional>
#include <utility>

#include "cedar/datetime.h"
#include "cedar/decimal.h"
#include "cedar/evaluation.h"
#include "cedar/ip_range.h"

namespace salus::cedar {
namespace {

using Kind = Operand::Kind;

template <class T>
std::optional<Value> value_of(std::optional<T> parsed) {
    if (!parsed) return std::nullopt;
    return Value(*parsed);
}

std::optional<Value> construct(Function function, Operand argument) {
    auto const* const text = argument.text();
    if (text == nullptr) return std::nullopt;
    switch (function) {
        case Function::ip: return value_of(parse_ip(*text));
        case Function::decimal: return value_of(parse_decimal(*text));
        case Function::datetime: return value_of(parse_datetime(*text));
        default: return value_of(parse_duration(*text));
    }
}

std::optional<Value> ask_ip(Function function, std::span<Operand const> arguments) {
    auto const* const range = arguments.front().ip();
    if (range == nullptr) return std::nullopt;
    switch (function) {
        case Function::is_ipv4: return Value(!range->version_6);
        case Function::is_ipv6: return Value(range->version_6);
        case Function::is_loopback: return Value(is_loopback(*range));
        case Function::is_multicast: return Value(is_multicast(*range));
        default: break;
    }
    auto const* const outer = arguments.back().ip();
    if (outer == nullptr) return std::nullopt;
    return Value(is_in_range(*range, *outer));
}

std::optional<Value> compare_decimals(Function function, std::span<Operand const> arguments) {
    if (arguments.front().kind() != Kind::decimal || arguments.back().kind() != Kind::decimal)
        return std::nullopt;
    auto const order = Operand::order(arguments.front(), arguments.back());
    switch (function) {
        case Function::less_than: return Value(order < 0);
        case Function::less_than_or_equal: return Value(order <= 0);
        case Function::greater_than: return Value(order > 0);
        default: return Value(order >= 0);
    }
}

std::optional<Value> ask_datetime(Function function, std::span<Operand const> arguments) {
    if (arguments.front().kind() != Kind::datetime) return std::nullopt;
    DateTime const time{arguments.front().number()};
    if (function == Function::to_date) return value_of(date_of(time));
    if (function == Function::to_time) return Value(time_of(time));
    auto const other = arguments.back();
    std::int64_t milliseconds = 0;
    if (function == Function::offset) {
        if (other.kind() != Kind::duration ||
            __builtin_add_overflow(time.milliseconds, other.number(), &milliseconds))
            return std::nullopt;
        return Value(DateTime{milliseconds});
    }
    if (other.kind() != Kind::datetime ||
        __builtin_sub_overflow(time.milliseconds, other.number(), &milliseconds))
        return std::nullopt;
    return Value(Duration{milliseconds});
}

// Whole units, towards zero.
std::optional<Value> in_units(Operand duration, std::int64_t unit) {
    if (duration.kind() != Kind::duration) return std::nullopt;
    return Value(duration.number() / unit);
}

}  // namespace

std::optional<Value> call_function(Function function, std::span<Operand const> arguments) {
    auto const first = arguments.front();
    switch (function) {
        case Function::ip:
        case Function::decimal:
        case Function::datetime:
        case Function::duration: return construct(function, first);
        case Function::is_ipv4:
        case Function::is_ipv6:
        case Function::is_loopback:
        case Function::is_multicast:
        case Function::is_in_range: return ask_ip(function, arguments);
        case Function::less_than:
        case Function::less_than_or_equal:
        case Function::greater_than:
        case Function::greater_than_or_equal: return compare_decimals(function, arguments);
        case Function::offset:
        case Function::duration_since:
        case Function::to_date:
        case Function::to_time: return ask_datetime(function, arguments);
        case Function::to_milliseconds: return in_units(first, 1);
        case Function::to_seconds: return in_units(first, 1'000);
        case Function::to_minutes: return in_units(first, 60'000);
        case Function::to_hours: return in_units(first, 3'600'000);
        case Function::to_days: return in_units(first, kMillisecondsOfDay);
    }
    return std::nullopt;
}

}  // namespace salus::cedar
