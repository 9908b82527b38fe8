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

// Takes from another source in batches, because a call to the generator costs as much as hashing a
// kilobyte. What was handed out is wiped here. Borrows the source. Thread safety: one thread.
class RandomBatch final : public Random {
public:
    explicit RandomBatch(Random& source) : source_(source) {}
    void fill(std::span<std::uint8_t> out) noexcept override;

private:
    static constexpr std::size_t kBatchBytes = 4096;
    Random& source_;
    SecretBytes batch_{kBatchBytes};
    std::size_t used_ = kBatchBytes;
};

[[nodiscard]] SecretBytes random_secret(Random& random, std::size_t size);
// 128 random bits in base64url, 22 characters: ids that cannot be guessed.
[[nodiscard]] std::string random_id(Random& random);
// RFC 9562 version 4, as FHIR servers name resources.
[[nodiscard]] std::string random_uuid(Random& random);

}  // namespace salus::crypto
