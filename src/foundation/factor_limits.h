// The bounds of what proves a person (the room `factors`), as limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "foundation/limits.h"

namespace salus::limits {

// WebAuthn.
inline constexpr std::size_t kWebauthnResponseBytes = 64 * kKiB;  // JSON from the browser
inline constexpr std::size_t kClientDataBytes = 4 * kKiB;
inline constexpr std::size_t kAttestationBytes = 16 * kKiB;
inline constexpr std::size_t kWebauthnUserHandleBytes = 64;  // WebAuthn section 5.4.3
inline constexpr std::size_t kCredentialIdBytes = 1'023;     // WebAuthn section 7.1
inline constexpr std::size_t kCredentialsOfUser = 32;
inline constexpr std::size_t kAttestationCertificates = 6;  // one chain
inline constexpr std::size_t kCborItems = 512;              // of one document
inline constexpr int kCborDepth = 4;                        // CTAP2 section 8
inline constexpr auto kCeremonyTime = 300s;                 // from the options to the answer

// Passwords.
inline constexpr std::size_t kPasswordCharactersLeast = 8;   // code points, NIST SP 800-63B 5.1.1.2
inline constexpr std::size_t kPasswordCharactersMost = 256;  // code points
inline constexpr std::size_t kPasswordBytes = 1 * kKiB;      // in UTF-8
inline constexpr std::size_t kPasswordRecordBytes = 256;     // encoded
inline constexpr std::size_t kBreachedListBytes = 131'072 * kMiB;  // a file of the operator's

// One-time passwords and recovery codes.
inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr std::size_t kCodeBytes = 64;  // what somebody typed

// Throttling of guesses.
inline constexpr std::uint32_t kGuessesFree = 5;  // in a row, before there is a delay
inline constexpr auto kGuessDelayFirst = 30s;     // doubles with each further guess
inline constexpr auto kGuessDelayLongest = 900s;
inline constexpr auto kGuessesForgotten = 86'400s;  // without a guess

static_assert(kClientDataBytes + kAttestationBytes < kWebauthnResponseBytes / 4 * 3);
static_assert(kGuessDelayFirst < kGuessDelayLongest && kGuessDelayLongest < kGuessesForgotten);

}  // namespace salus::limits
