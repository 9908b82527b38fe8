// Access tokens that were verified: a signature check costs twice a whole request, so that a token
// is verified once for each thread that sees it, by whoever asks first: a request that bears it, or
// one that asks what it is (RFC 7662). It is remembered by its SHA-256 until it expires or is
// revoked; a key stands for longer than what it signed (token_keys.h). IAM-8. Belongs to one
// thread.
#pragma once

#include <string_view>
#include <unordered_map>

#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "request/caller.h"
#include "request/tenant.h"

namespace salus::authentication {

class Authentication;

// What a token says. Not who asks: for that, whoever sent it proves to hold what it is bound to,
// and Authentication alone takes the caller out.
class VerifiedToken {
public:
    [[nodiscard]] request::CallerFacts const& facts() const noexcept { return caller_->facts(); }

private:
    friend class Authentication;
    friend class VerifiedTokens;
    explicit VerifiedToken(request::CallerPointer caller) : caller_(std::move(caller)) {}
    request::CallerPointer caller_;
};

struct VerifiedTokensStatistics {
    std::uint64_t verified = 0;    // signatures checked, of tokens that stand
    std::uint64_t remembered = 0;  // not checked again
};

class VerifiedTokens {
public:
    // Borrows all; they outlive it.
    VerifiedTokens(request::Tenant const& tenant, TokenKeys const& keys, TokenGuards& guards,
                   Standing& standing, Clock const& clock);

    // Errc::unauthenticated for what is no access token of this tenant, expired, or was revoked, or
    // what it rests on ended: with one reason for all of them (API-3). Other errors are faults of
    // ours; nothing is remembered of them.
    [[nodiscard]] Result<VerifiedToken> find(std::string_view token);
    [[nodiscard]] VerifiedTokensStatistics const& statistics() const noexcept {
        return statistics_;
    }

private:
    struct DigestHash {
        std::size_t operator()(crypto::Sha256Digest const& digest) const noexcept {
            return static_cast<std::size_t>(read_u64(BytesView(digest).first(8)));
        }
    };
    struct Remembered {
        VerifiedToken token;
        // By the monotonic clock: a wall clock that is set back makes no token last longer here.
        MonotonicTime ends;
    };
    void forget_revoked();
    [[nodiscard]] bool is_over(Remembered const& known) const;
    [[nodiscard]] bool is_emergency_over(request::CallerFacts const& token) const;
    void remember(crypto::Sha256Digest const& digest, VerifiedToken const& token);

    request::Tenant const& tenant_;
    TokenKeys const& keys_;
    TokenGuards& guards_;
    Standing& standing_;
    Clock const& clock_;
    std::uint64_t epoch_ = 0;  // of the revocations that tokens_ knows
    // A token's hash, never the token: a dump of this table opens nothing.
    std::unordered_map<crypto::Sha256Digest, Remembered, DigestHash> tokens_;
    VerifiedTokensStatistics statistics_;
};

}  // namespace salus::authentication
