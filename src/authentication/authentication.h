// Authentication: an access token (RFC 6750, RFC 9068) becomes a Caller. Every call validates
// signature, type, algorithm, issuer, audience and times (IAM-8), and of a token that is bound to a
// key the proof that the sender holds it (RFC 9449, RFC 8705, IAM-9). A verified token is
// remembered by its SHA-256 until it expires or is revoked, because a signature check costs twice a
// whole request; proofs are never remembered but to refuse them. 45 CFR 164.312(d). Belongs to one
// event loop.
#pragma once

#include <unordered_map>

#include "authentication/credential_reader.h"
#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"
#include "request/caller.h"
#include "request/challenge.h"
#include "request/exchange.h"
#include "request/tenant.h"

namespace salus::authentication {

struct AuthenticationStatistics {
    std::uint64_t verified = 0;  // signatures checked
    std::uint64_t cached = 0;    // answered from the cache
    std::uint64_t refused = 0;
};

class Authentication {
public:
    // Borrows all; they outlive it.
    Authentication(request::Tenant const& tenant, TokenKeys const& keys, TokenGuards& guards,
                   Standing& standing, Clock const& clock);

    // No Authorization header: the anonymous caller, who reaches public routes only. A header that
    // is not one valid access token, with its proof if it is bound to a key: Errc::unauthenticated,
    // never anonymous, and `challenge` says what to ask for.
    [[nodiscard]] Result<request::CallerPointer> authenticate(http::Request const& request,
                                                              request::Challenge& challenge);
    [[nodiscard]] AuthenticationStatistics const& statistics() const noexcept {
        return statistics_;
    }

private:
    struct DigestHash {
        std::size_t operator()(crypto::Sha256Digest const& digest) const noexcept {
            return static_cast<std::size_t>(read_u64(BytesView(digest).first(8)));
        }
    };
    [[nodiscard]] Result<request::CallerPointer> caller_of(std::string_view token);
    [[nodiscard]] Result<void> prove_possession(http::Request const& request,
                                                Credential const& credential,
                                                request::Caller const& caller,
                                                request::Challenge& challenge);
    void forget_revoked();
    void remember(crypto::Sha256Digest const& digest, request::CallerPointer const& caller);

    request::Tenant const& tenant_;
    TokenKeys const& keys_;
    TokenGuards& guards_;
    Standing& standing_;
    Clock const& clock_;
    std::string origin_;  // scheme and authority, as configured
    request::CallerPointer anonymous_;
    std::uint64_t epoch_ = 0;  // of the revocations that verified_ knows
    // A token's hash, never the token: a dump of this table opens nothing.
    std::unordered_map<crypto::Sha256Digest, request::CallerPointer, DigestHash> verified_;
    AuthenticationStatistics statistics_;
};

}  // namespace salus::authentication
