// SHA-1 (FIPS 180-4) and HMAC with it (RFC 2104), for formats that others fixed: one-time passwords
// (RFC 6238) and lists of breached passwords. HMAC-SHA-1 is not touched by SHA-1's collisions
// (RFC 6194 section 3.3); no signature or integrity of ours may stand on either. Any thread.
#pragma once

#include <array>

#include "foundation/bytes.h"

namespace salus::crypto {

using Sha1Digest = std::array<std::uint8_t, 20>;

[[nodiscard]] Sha1Digest sha1(BytesView bytes);
[[nodiscard]] Sha1Digest hmac_sha1(BytesView key, BytesView message);

}  // namespace salus::crypto
