// Authentication: an access token (RFC 6750, RFC 9068) becomes a Caller. Every call validates
// signature, type, algorithm, issuer, audience and times (IAM-8), and of a token that is bound to a
// key the proof that the sender holds it (RFC 9449, RFC 8705, IAM-9). A verified token is
// remembered (verified_tokens.h); proofs never are, but to refuse them. 45 CFR 164.312(d). Belongs
// to one event loop.
#pragma once

#include "authentication/credential_reader.h"
#include "authentication/token_guards.h"
#include "authentication/verified_tokens.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "http/message.h"
#include "request/caller.h"
#include "request/challenge.h"
#include "request/tenant.h"

namespace salus::authentication {

class Authentication {
public:
    // Borrows all; they outlive it.
    Authentication(request::Tenant const& tenant, VerifiedTokens& verified, TokenGuards& guards,
                   Clock const& clock);

    // No Authorization header: the anonymous caller, who reaches public routes only. A header that
    // is not one valid access token, with its proof if it is bound to a key: Errc::unauthenticated,
    // never anonymous, and `challenge` says what to ask for.
    [[nodiscard]] Result<request::CallerPointer> authenticate(http::Request const& request,
                                                              request::Challenge& challenge);
    [[nodiscard]] std::uint64_t requests_refused() const noexcept { return refused_; }

private:
    friend class VerifiedTokens;  // makes the caller that a token will be once it is proven

    [[nodiscard]] static request::CallerPointer make_caller(request::CallerFacts facts) {
        return request::CallerPointer(new request::Caller(std::move(facts)));
    }
    [[nodiscard]] Result<void> prove_possession(http::Request const& request,
                                                Credential const& credential,
                                                request::CallerFacts const& token,
                                                request::Challenge& challenge);

    VerifiedTokens& verified_;
    TokenGuards& guards_;
    Clock const& clock_;
    std::string origin_;  // scheme and authority, as configured
    request::CallerPointer anonymous_;
    std::uint64_t refused_ = 0;
};

}  // namespace salus::authentication
