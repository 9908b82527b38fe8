// Inside the room: calls to the HTTP API of HashiCorp Vault and OpenBao
// (https://developer.hashicorp.com/vault/api-docs, https://openbao.org/api-docs), with the token,
// its lease, time limits and repetition.
//
// Every call of this room is idempotent, so what may have failed on the way is sent again: a lost
// connection, 412, 429, 472, 473, 500, 502, 503 (sealed or standby), 504. At most
// Settings::attempts times, with a pause that grows fourfold. Thread safety: one thread at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "http/client.h"
#include "json/document.h"
#include "keys/secret_source.h"

namespace salus::transit {

struct Settings {
    std::string host = "localhost";
    std::uint16_t port = 8200;
    std::string mount = "transit";  // path of the secrets engine, [A-Za-z0-9_-] and inner slashes
    keys::SecretReference token;
    std::string authorities_pem;                     // that may vouch for the server, and no other
    std::optional<crypto::Sha256Digest> server_key;  // pin of the server's public key
    std::chrono::milliseconds timeout{2'000};        // of one attempt
    int attempts = 3;
};

class Vault {
public:
    struct Answer {
        int status = 0;                      // 200, 204, 400 or 404
        std::optional<json::Document> json;  // of a 200
    };

    // Reads the token; calls nobody. Errors as read_secret. Borrows clock and random source.
    static Result<Vault> open(Settings settings, Clock const& clock, crypto::Random& random);

    // `path` is below /v1/. Errc::unavailable for everything but the statuses above, and for a 200
    // whose body is no JSON.
    [[nodiscard]] Result<Answer> get(std::string_view path);
    [[nodiscard]] Result<Answer> post(std::string_view path, SecretBytes const& json);
    [[nodiscard]] Result<Answer> remove(std::string_view path);

    // Takes up a token that was replaced in its source, and renews the lease of this one when half
    // of it is over (auth/token/lookup-self, auth/token/renew-self).
    void maintain();
    // For reports: TLS, pin, what is left of the token's lease.
    [[nodiscard]] std::string facts() const;
    [[nodiscard]] Settings const& settings() const noexcept { return settings_; }

private:
    Vault(Settings settings, Clock const& clock, crypto::Random& random, SecretBytes token);
    [[nodiscard]] Result<Answer> call(http::Method method, std::string_view path,
                                      SecretBytes const& json);
    [[nodiscard]] Result<http::SecretAnswer> attempt(http::Method method, std::string_view path,
                                                     SecretBytes const& json);
    [[nodiscard]] static Result<Answer> understand(http::SecretAnswer const& answer);
    [[nodiscard]] Result<void> connect();
    // Whether the source has another token now, which is then in use.
    [[nodiscard]] bool take_new_token();
    void look_at_lease();
    void set_lease(std::int64_t seconds, bool renewable);
    void pause(int attempt);

    Settings settings_;
    Clock const* clock_;
    crypto::Random* random_;
    SecretBytes token_;
    std::optional<http::Client> client_;
    MonotonicTime last_used_{};
    std::string tls_version_;
    std::optional<MonotonicTime> lease_end_;  // none: unknown, or without end
    MonotonicTime look_again_{};              // at the lease
};

}  // namespace salus::transit
