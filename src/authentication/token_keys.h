// The keys that sign a tenant's access tokens, and the set that verifies them (IAM-3). Immutable
// after start; any thread. The private key stands sealed on disk and is opened once.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/random.h"
#include "crypto/signature.h"
#include "foundation/result.h"
#include "jose/jwk.h"
#include "request/tenant.h"

namespace salus::authentication {

class TokenKeys {
public:
    // Makes an ES256 key at the first start and seals it into `path` under the tenant's keys.
    static Result<TokenKeys> open(std::filesystem::path const& path, request::Tenant const& tenant,
                                  crypto::Random& random);

    [[nodiscard]] crypto::SigningKey const& signing_key() const noexcept { return key_; }
    [[nodiscard]] std::string const& key_id() const noexcept { return key_id_; }
    [[nodiscard]] jose::KeySet const& verifying_keys() const noexcept { return verifying_keys_; }
    // RFC 7517, public members only.
    [[nodiscard]] std::string const& json_web_key_set() const noexcept { return published_; }

private:
    TokenKeys(crypto::SigningKey key, std::string key_id, jose::KeySet verifying_keys,
              std::string published);

    crypto::SigningKey key_;
    std::string key_id_;
    jose::KeySet verifying_keys_;
    std::string published_;
};

}  // namespace salus::authentication
