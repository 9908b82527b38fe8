// DPoP (RFC 9449): a proof that whoever sends a request holds the private key that its access token
// is bound to. The key travels in the proof itself, so a proof says nothing about who somebody is;
// it says that this request and that token are of one holder. IAM-9. Pure: whether a proof was seen
// before is asked elsewhere (authentication/proof_memory.h). Thread safety: functions from any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/signature.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::jose {

struct DpopRules {
    std::string_view method;  // of the request, as it was sent: compared with case
    // Of the request: scheme and authority as configured, never from a Host header; query and
    // fragment do not count.
    std::string_view url;
    // At a resource, the token that comes along: the proof must carry its hash (`ath`).
    std::optional<std::string_view> access_token;
    std::vector<crypto::SignatureAlgorithm> algorithms;
};

struct DpopProof {
    std::string thumbprint;  // of the key, RFC 7638: what `cnf.jkt` of a token names
    std::string token_id;    // jti
    WallTime issued_at{};
    std::optional<std::string> nonce;
};

// Errc::unauthenticated for every proof that is not as RFC 9449 section 4.3 asks. Valid at `now`
// means iat - limits::kClockSkew <= now <= iat + limits::kDpopProofLife; `exp` and `nbf` are
// honoured where a proof has them, other claims are ignored.
[[nodiscard]] Result<DpopProof> verify_dpop_proof(std::string_view proof, DpopRules const& rules,
                                                  WallTime now);

// What proofs may be signed with here.
[[nodiscard]] std::vector<crypto::SignatureAlgorithm> dpop_algorithms();

// An https address as two of them are compared (RFC 3986 section 6.2): scheme and host in lower
// case, no default port, no query, no fragment, at least "/" as a path, percent-encoding in upper
// case and of no letter that needs none. Nothing for what is no such address.
[[nodiscard]] std::optional<std::string> comparable_url(std::string_view url);

}  // namespace salus::jose
