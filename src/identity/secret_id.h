// What a browser or a client shows to come back to something that is stored: "ID.SECRET", each 128
// random bits; behind a secret that is replaced time and again stands a mark (grant.h). The store
// has the SHA-256 of the secret, so that who reads it can show nothing. Any thread; values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/random.h"

namespace salus::identity {

struct SecretId {
    static constexpr std::size_t kPartBytes = 16;
    static constexpr std::size_t kMarkBytes = 16;

    std::string id;      // names the document
    std::string secret;  // proves the right to it

    static SecretId make(crypto::Random& random);
    // Nothing for what neither make() nor a grant can have given.
    static std::optional<SecretId> parse(std::string_view text);
    [[nodiscard]] std::string text() const { return id + "." + secret; }
    [[nodiscard]] crypto::Sha256Digest hash() const;
    // What forms carry that only a page of ours can have made for this browser (F5): derived, so
    // that nothing is stored.
    [[nodiscard]] std::string form_token() const;
};

// Constant time in the secret.
[[nodiscard]] bool matches(SecretId const& shown, crypto::Sha256Digest const& stored) noexcept;

}  // namespace salus::identity
