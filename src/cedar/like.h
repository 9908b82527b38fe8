// `like`: whether a text has a pattern's form (Cedar language reference, "like"). A pure function.
// Private to the room.
#pragma once

#include <string_view>

#include "cedar/expression.h"

namespace salus::cedar {

// A wildcard stands for any number of characters. Both are UTF-8, so that bytes may be compared.
[[nodiscard]] bool is_like(std::string_view text, Pattern const& pattern) noexcept;

}  // namespace salus::cedar
