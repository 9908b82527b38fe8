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

namespace salus::identity {

// Its id is that of the browser's cookie, or of the session in which somebody adds a factor. It
// ends where a session begins, and the cookie with it: no id from before a sign-in counts after it
// (F6).
struct SignInAttempt {
    static constexpr records::DocumentClass kClass = records::DocumentClass::sign_in;
    static constexpr std::string_view kType = "SignInAttempt";

    crypto::Sha256Digest secret{};  // of that cookie
    std::string user_name;          // as typed; empty: not said yet
    std::optional<UserId> user;     // whose password was right
    Bytes ceremony;                 // of WebAuthn, until it is answered; empty: none
    SecretBytes totp_secret;        // shown, until it is proved; empty: none
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
