// What a user allowed a client: refresh tokens are made under it, access tokens name it, and all
// end with it (RF2). Sealed in the tenant's identity compartment. Any thread; values.
//
// A refresh token is "ID.SECRET" of its grant (secret_id.h). Rotation is idempotent (RF3): whoever
// comes back with the token that was just replaced, within limits::kRefreshRetryWindow and with the
// same key, gets the very answer that was lost. With that token at any other time or with another
// key, somebody else has it, and the grant ends. So it does with any token that was replaced
// earlier (RF2): each is marked by a key of the grant, so that it is known for one of its tokens
// however many came after it. Or a thief who rotates twice would be rid of the owner's alarm.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "identity/secret_id.h"
#include "identity/session.h"
#include "json/document.h"
#include "records/sealing.h"
#include "request/device_posture.h"
#include "request/purpose_of_use.h"
#include "request/role_name.h"
#include "request/scope_request.h"

namespace salus::identity {

struct Grant {
    static constexpr records::DocumentClass kClass = records::DocumentClass::grant;
    static constexpr std::string_view kType = "Grant";

    UserId user;
    std::uint64_t generation = 0;  // the user's when it was given
    ClientId client;
    request::ScopeRequest scope;
    request::PurposeOfUse purpose{};
    // The person declared an emergency for the patient, and it is over then; nothing: none.
    std::optional<WallTime> emergency_until;
    std::string patient;         // the context of patient scopes (SMART); empty: none
    std::string encounter;       // of the launch; empty: none
    std::string key_thumbprint;  // what refresh needs a proof by; empty: nothing (DP6)
    std::string session;         // id of that in which it was given
    bool offline = false;        // it outlives that session (offline_access)
    Assurance assurance = Assurance::none;
    // That the sign-in gave, beside the user's own (Session::provider_roles).
    request::RoleNames provider_roles;
    request::DevicePosture device{};  // that the client stated last
    WallTime authenticated{};
    WallTime given{};
    WallTime used{};

    crypto::Sha256Digest refresh{};  // of the secret that is good now; all zero: none was made
    crypto::Sha256Digest family{};   // marks its refresh tokens; all zero: none is marked
    // The one that it replaced, when, and what was answered: to be answered again.
    std::optional<crypto::Sha256Digest> replaced;
    WallTime rotated{};
    std::string last_answer;

    [[nodiscard]] bool has_refresh_token() const noexcept {
        return refresh != crypto::Sha256Digest{};
    }
    // Whatever was declared for a time ends with that.
    [[nodiscard]] WallTime ends() const noexcept;
    // It has lived for as long as it may, or was not used for too long.
    [[nodiscard]] bool is_over(WallTime now) const noexcept;
    // Given, or proved by a sign-in, while the clock was wrong: it counts for nothing when that is
    // right again.
    [[nodiscard]] bool is_dated_ahead(WallTime now) const noexcept;
    [[nodiscard]] std::string to_json() const;
    static Result<Grant> from_json(json::Value root);
};

enum class RefreshVerdict : std::uint8_t {
    current,  // the token is good: rotate
    retry,    // it was just replaced, and the same client asks again: answer as before
    reused,   // it was replaced, whenever, and should not come back: the grant ends
    foreign,  // no token of this grant, or a right one without the grant's key: nothing happens
    over,     // the grant has idled or lived too long
};
// The next refresh token of this grant, good from then on. `id`: the grant's.
[[nodiscard]] SecretId make_refresh_token(std::string const& id, Grant& grant,
                                          crypto::Random& random);
// `key_thumbprint`: of the proof that came with the request; empty: none. REQUIRES: the client was
// compared.
[[nodiscard]] RefreshVerdict judge(Grant const& grant, SecretId const& shown,
                                   std::string_view key_thumbprint, WallTime now);

}  // namespace salus::identity
