// A sign-in that is under way in one browser, and how often somebody guessed. Any thread; values.
#pragma once

#include <optional>
#include <string>

#include "crypto/hash.h"
#include "factors/throttle.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"
#include "request/role_name.h"

namespace salus::identity {

// A browser that was sent to the outside OpenID provider: what has to come back with it, once.
struct OutsideRequest {
    std::string state;          // RFC 6749 section 10.12: in the address it comes back to
    std::string nonce;          // OpenID Connect Core section 3.1.2.1: in the ID token
    std::string verifier;       // RFC 7636: what only we can redeem the code with
    std::string authorization;  // the request for authorization that waits; empty: none
    bool anew = false;          // a sign-in from before does not do
    WallTime began{};
};

// Whose first half of a sign-in was right: by a password, or because the outside provider named
// them, and then the roles that its token gave. Neither is ever without the other.
struct FirstHalf {
    UserId user;
    request::RoleNames provider_roles{};
};

// Its id is that of the browser's cookie, or of the session in which somebody adds a factor. It
// ends where a session begins, and the cookie with it: no id from before a sign-in counts after it
// (F6).
struct SignInAttempt {
    static constexpr records::DocumentClass kClass = records::DocumentClass::sign_in;
    static constexpr std::string_view kType = "SignInAttempt";

    crypto::Sha256Digest secret{};  // of that cookie
    std::string user_name;          // as typed; empty: not said yet
    std::optional<FirstHalf> half;
    Bytes ceremony;                         // of WebAuthn, until it is answered; empty: none
    SecretBytes totp_secret;                // shown, until it is proved; empty: none
    std::optional<OutsideRequest> outside;  // until the browser comes back from there
    WallTime began{};

    [[nodiscard]] WallTime expires() const noexcept;
    [[nodiscard]] std::string to_json() const;
    static Result<SignInAttempt> from_json(json::Value root);
};

// Of one account or one address (factors/throttle.h). Ids: "user/NAME", "device/NAME/DEVICE",
// "address/ADDRESS".
struct StoredThrottle {
    static constexpr records::DocumentClass kClass = records::DocumentClass::sign_in;
    static constexpr std::string_view kType = "Throttle";
    factors::Throttle throttle;
    [[nodiscard]] std::string to_json() const;
    static Result<StoredThrottle> from_json(json::Value root);
};

}  // namespace salus::identity
