// The keys that sign a tenant's access tokens, and the set that verifies them (IAM-3). One signs;
// the one before it verifies until every token that it signed has expired (ENC-4). They stand
// sealed in one file, under the tenant's purpose key. Thread safety: any thread; a set never
// changes, rotation puts another in its place.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "crypto/random.h"
#include "crypto/sealed.h"
#include "crypto/signature.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/thread_annotations.h"
#include "jose/jwk.h"
#include "request/tenant.h"

namespace salus::authentication {

// A key of the set. The first one signs.
struct TokenKey {
    crypto::SigningKey key;
    std::int64_t verifies_until = 0;  // Unix seconds; 0: it signs
};

class TokenKeySet {
public:
    // REQUIRES: at least one key.
    static Result<std::shared_ptr<TokenKeySet const>> make(std::vector<TokenKey> keys);

    [[nodiscard]] crypto::SigningKey const& signing_key() const noexcept {
        return keys_.front().key;
    }
    [[nodiscard]] std::string const& key_id() const noexcept { return key_id_; }
    [[nodiscard]] jose::KeySet const& verifying_keys() const noexcept { return verifying_keys_; }
    // RFC 7517, public members only.
    [[nodiscard]] std::string const& json_web_key_set() const noexcept { return published_; }
    [[nodiscard]] std::span<TokenKey const> keys() const noexcept { return keys_; }

private:
    TokenKeySet(std::vector<TokenKey> keys, std::string key_id, jose::KeySet verifying_keys,
                std::string published);

    std::vector<TokenKey> keys_;
    std::string key_id_;
    jose::KeySet verifying_keys_;
    std::string published_;
};

class TokenKeys {
public:
    // Opens the keys in `path`; at the first start makes one that signs by ES256 and seals it
    // there, under the tenant's keys. Borrows the tenant's keyring and the random source.
    static Result<TokenKeys> open(std::filesystem::path const& path, request::Tenant const& tenant,
                                  crypto::Random& random);

    // Shared with whoever uses it at the moment.
    [[nodiscard]] std::shared_ptr<TokenKeySet const> current() const;

    // ES256 or RS256: if the key that signs is of another, a new one signs from here on. Likewise
    // durable before it is used; one thread at a time, one that may block.
    [[nodiscard]] Result<void> sign_by(crypto::SignatureAlgorithm algorithm, WallTime now);
    // A new key of the same algorithm signs from here on, and the file is sealed under this version
    // of the purpose key; nothing happens when it is already, so a rotation that a crash
    // interrupted goes on. Durable before it is used. One thread at a time, one that may block.
    [[nodiscard]] Result<void> rotate(std::uint32_t seal_version, WallTime now);
    // Destroys keys whose tokens have all expired; returns how many. Likewise.
    [[nodiscard]] Result<std::size_t> destroy_expired(WallTime now);

private:
    struct State {
        Mutex mutex;
        std::shared_ptr<TokenKeySet const> current SALUS_GUARDED_BY(mutex);
    };
    TokenKeys(std::filesystem::path path, request::Tenant const& tenant, crypto::Random& random);
    [[nodiscard]] Result<std::vector<TokenKey>> read() const;
    [[nodiscard]] Result<void> replace(crypto::SignatureAlgorithm algorithm,
                                       std::uint32_t seal_version, WallTime now);
    [[nodiscard]] Result<void> write(std::vector<TokenKey> keys, std::uint32_t seal_version);

    std::filesystem::path path_;
    keys::Keyring* keyring_;
    crypto::Context context_;
    crypto::Random* random_;
    std::unique_ptr<State> state_;
};

}  // namespace salus::authentication
