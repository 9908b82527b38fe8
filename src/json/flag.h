// Members that are true, false or absent. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "json/document.h"

namespace salus::json {

// Absent is false; nothing for every other kind of value.
[[nodiscard]] inline std::optional<bool> flag_in(Value object, std::string_view name) {
    auto const member = object.member(name);
    if (!member) return false;
    return member->is_boolean() ? std::optional(member->boolean()) : std::nullopt;
}

}  // namespace salus::json
