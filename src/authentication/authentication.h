// Authentication: a bearer access token (RFC 6750, RFC 9068) becomes a Caller. Every call validates
// signature, type, algorithm, issuer, audience and times (IAM-8); a verified token is remembered by
// its SHA-256 until it expires, because a signature check costs twice a whole request. 45 CFR
// 164.312(d). Belongs to one event loop.
#pragma once

#include <unordered_map>

#include "authentication/token_keys.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"
#include "request/caller.h"
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
    Authentication(request::Tenant const& tenant, TokenKeys const& keys, Clock const& clock);

    // No Authorization header: the anonymous caller, who reaches public routes only. A header that
    // is not one valid bearer token: Errc::unauthenticated, never anonymous.
    [[nodiscard]] Result<request::CallerPointer> authenticate(http::Request const& request);
    [[nodiscard]] AuthenticationStatistics const& statistics() const noexcept {
        return statistics_;
    }

private:
    struct DigestHash {
        std::size_t operator()(crypto::Sha256Digest const& digest) const noexcept {
            return static_cast<std::size_t>(read_u64(BytesView(digest).first(8)));
        }
    };
    [[nodiscard]] Result<request::CallerPointer> verify(std::string_view token);
    void remember(crypto::Sha256Digest const& digest, request::CallerPointer const& caller);

    request::Tenant const& tenant_;
    TokenKeys const& keys_;
    Clock const& clock_;
    request::CallerPointer anonymous_;
    // A token's hash, never the token: a dump of this table opens nothing.
    std::unordered_map<crypto::Sha256Digest, request::CallerPointer, DigestHash> verified_;
    AuthenticationStatistics statistics_;
};

}  // namespace salus::authentication
