// Time-based one-time passwords (RFC 6238, RFC 4226): HMAC-SHA-1, six digits, 30 seconds, one step
// of drift either way. TO1. The parameters are those that every authenticator application has; most
// ignore any other. Thread safety: pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::factors {

// 160 bits, as RFC 4226 section 4 recommends.
[[nodiscard]] SecretBytes new_totp_secret(crypto::Random& random);

// What an application reads from a QR code (the Key Uri Format): the secret stands in it.
// `issuer` and `account` are shown there: 1 to 64 bytes of UTF-8 without a colon, which would end
// the issuer. Errc::invalid.
[[nodiscard]] Result<SecretBytes> totp_uri(SecretBytes const& secret, std::string_view issuer,
                                           std::string_view account);

// A number of 30 seconds since 1970.
using TotpStep = std::int64_t;

// The step whose password this is, which the caller stores before it lets anybody in; nothing if it
// is none of this moment, or of a step up to `last_used` (RFC 6238 section 5.2: each serves once).
// Two requests at once are the caller's to keep apart: it stores the step only where `last_used`
// still stands. How often one may guess, Throttle says. Constant time in the secret.
[[nodiscard]] std::optional<TotpStep> verify_totp(SecretBytes const& secret, std::string_view code,
                                                  WallTime now, std::optional<TotpStep> last_used);

}  // namespace salus::factors
