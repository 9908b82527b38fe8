// Client data (WebAuthn section 5.8.1): what the browser saw, which the authenticator signed by its
// hash. Thread safety: a pure function; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::factors::webauthn {

struct ClientDataRules {
    std::string_view type;  // "webauthn.create" or "webauthn.get"
    BytesView challenge;
    std::span<std::string const> origins;  // as browsers spell them; one of these, exactly
};

// The SHA-256 of the client data, when they are of this ceremony, this challenge and one of these
// origins, and not from inside a page of another origin (`crossOrigin`, `topOrigin`). Members that
// are not known are ignored (section 5.8.1). Errc::invalid for what is no client data,
// Errc::unauthenticated for those of another ceremony.
[[nodiscard]] Result<crypto::Sha256Digest> check_client_data(BytesView json,
                                                             ClientDataRules const& rules);

}  // namespace salus::factors::webauthn
