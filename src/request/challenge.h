// What a 401 asks for (RFC 6750 section 3, RFC 9449 section 7.1). Learned while a request is
// authenticated, said when it is refused. Any thread; a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "foundation/literal.h"

namespace salus::request {

enum class CredentialError : std::uint8_t {
    none,                // nothing was shown
    invalid_token,       // which part was wrong stays with us
    invalid_dpop_proof,  // the token may be right; whoever sends it did not prove to hold its key
    use_dpop_nonce,      // RFC 9449 section 9
    insufficient_user_authentication,  // RFC 9470: the person has to prove more, or anew
};

struct Challenge {
    CredentialError error = CredentialError::none;
    bool dpop = false;       // the scheme that was used
    std::string dpop_nonce;  // use_dpop_nonce: the one to use
    // insufficient_user_authentication: what would be enough.
    Literal acr_values;
    std::chrono::seconds max_age{0};  // 0: any
};

}  // namespace salus::request
