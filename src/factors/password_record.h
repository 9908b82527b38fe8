// Inside the room: a password's record, taken apart. Thread safety: values.
#pragma once

#include <string>
#include <string_view>

#include "factors/password.h"

namespace salus::factors {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

enum class PasswordScheme : std::uint8_t { scrypt, pbkdf2_sha256 };

struct PasswordRecord {
    PasswordScheme scheme;
    PasswordCost cost;  // only that of the scheme counts
    Bytes salt;
    Bytes hash;

    // Errc::corrupt for any spelling but that of to_text().
    static Result<PasswordRecord> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
    // What `hash` has to be. Errors as crypto::scrypt and crypto::pbkdf2.
    [[nodiscard]] Result<SecretBytes> compute(PreparedPassword const& password) const;
};

}  // namespace salus::factors
