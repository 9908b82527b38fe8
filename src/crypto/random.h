// Random bytes from the operating system's generator by way of OpenSSL's DRBG. Any thread.
#pragma once

#include <span>
#include <string>

#include "foundation/secret.h"

namespace salus::crypto {

class Random {
public:
    virtual ~Random() = default;
    // Ends the process if the generator fails: nothing may go on with predictable keys.
    virtual void fill(std::span<std::uint8_t> out) noexcept = 0;
};

class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) noexcept override;
};

[[nodiscard]] SecretBytes random_secret(Random& random, std::size_t size);
// 128 random bits in base64url, 22 characters: ids that cannot be guessed.
[[nodiscard]] std::string random_id(Random& random);
// RFC 9562 version 4, as FHIR servers name resources.
[[nodiscard]] std::string random_uuid(Random& random);

}  // namespace salus::crypto
