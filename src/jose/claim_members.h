// Inside the room: single claims of a payload. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::jose {

// A NumericDate in whole seconds (RFC 7519 section 2). Nothing if the claim is absent;
// Errc::unauthenticated for anything else than a second between 1970 and 2255.
[[nodiscard]] Result<std::optional<WallTime>> time_claim(json::Value payload,
                                                         std::string_view name);
// Nothing if absent; Errc::unauthenticated for a claim of another type than text.
[[nodiscard]] Result<std::optional<std::string>> text_claim(json::Value payload,
                                                            std::string_view name);

}  // namespace salus::jose
