// decimal("..."): how fixed-point numbers are spelled (Cedar language reference, "decimal"). Pure
// functions; any thread. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cedar/value.h"

namespace salus::cedar {

// -?[0-9]+.[0-9]{1,4}, within 64 bits of 0.0001.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text) noexcept;
[[nodiscard]] std::string spell(Decimal decimal);

}  // namespace salus::cedar
