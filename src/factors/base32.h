// Inside the room: five bits a character (RFC 4648 section 6), in an alphabet of one's choice and
// without padding. Pure functions, any thread.
#pragma once

#include <string_view>

#include "foundation/secret.h"

namespace salus::factors {

// REQUIRES: a whole number of groups of 5 bytes; an alphabet of 32 characters.
[[nodiscard]] SecretBytes to_base32(BytesView bytes, std::string_view alphabet);

}  // namespace salus::factors
