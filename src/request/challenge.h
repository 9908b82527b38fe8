// What a 401 asks for (RFC 6750 section 3, RFC 9449 section 7.1). Learned while a request is
// authenticated, said when it is refused. Any thread; a value.
#pragma once

#include <cstdint>

namespace salus::request {

enum class CredentialError : std::uint8_t {
    none,                // nothing was shown
    invalid_token,       // which part was wrong stays with us
    invalid_dpop_proof,  // the token may be right; whoever sends it did not prove to hold its key
};

struct Challenge {
    CredentialError error = CredentialError::none;
    bool dpop = false;  // the scheme that was used
};

}  // namespace salus::request
