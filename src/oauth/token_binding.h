// What an access token is bound to (IAM-9): nothing, a key that the client proved to hold with its
// request (RFC 9449), the certificate of its connection (RFC 8705), or both. A value.
#pragma once

#include <string>

namespace salus::oauth {

struct TokenBinding {
    std::string key;          // thumbprint (`jkt`); empty: none
    std::string certificate;  // thumbprint (`x5t#S256`); empty: none

    [[nodiscard]] char const* token_type() const noexcept {
        return key.empty() ? "Bearer" : "DPoP";
    }
};

}  // namespace salus::oauth
