// The two spellings of an ECDSA signature: r || s of JOSE (RFC 7518 section 3.4), and the DER of
// X9.62. Any thread.
#pragma once

#include "foundation/bytes.h"

namespace salus::crypto {

// Empty on failure.
[[nodiscard]] Bytes ecdsa_to_der(BytesView raw);
// Strict: DER that is exactly what ecdsa_to_der would write. `coordinate_size`: 32 for P-256, 48
// for P-384.
[[nodiscard]] Bytes ecdsa_to_raw(BytesView der, std::size_t coordinate_size);

}  // namespace salus::crypto
