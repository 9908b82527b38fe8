// What can be called: methods that are the language's own, and the functions and methods of its
// extension types (Cedar language reference, "Operators" and "Functions"). Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cedar/expression.h"

namespace salus::cedar {

enum class Function : std::uint8_t {
    ip,
    decimal,
    datetime,
    duration,
    is_ipv4,
    is_ipv6,
    is_loopback,
    is_multicast,
    is_in_range,
    less_than,
    less_than_or_equal,
    greater_than,
    greater_than_or_equal,
    offset,
    duration_since,
    to_date,
    to_time,
    to_milliseconds,
    to_seconds,
    to_minutes,
    to_hours,
    to_days,
};

struct FunctionFacts {
    std::string_view name;
    Function function;
    bool method;            // x.name(...), else name(...)
    std::size_t arguments;  // the receiver is one
};
// nullptr: there is none of this name.
[[nodiscard]] FunctionFacts const* find_function(std::string_view name) noexcept;

struct MethodFacts {
    std::string_view name;
    Operation operation;
    std::size_t arguments;  // the receiver is one
};
// Of the language's own methods.
[[nodiscard]] MethodFacts const* find_method(std::string_view name) noexcept;
[[nodiscard]] MethodFacts const* find_method(Operation operation) noexcept;

}  // namespace salus::cedar
