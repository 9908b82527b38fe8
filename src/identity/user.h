// A person who signs in (IAM-1, IAM-5, IAM-6; 45 CFR 164.312(a)(2)(i)): unique, never reused, with
// what proves them and the most that may be done in their name. Sealed in the tenant's identity
// compartment. Any thread; values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "factors/recovery_codes.h"
#include "factors/totp.h"
#include "factors/webauthn/credential.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "identity/outside_account.h"
#include "json/document.h"
#include "records/sealing.h"
#include "request/place_name.h"
#include "request/purpose_of_use.h"
#include "request/role_name.h"
#include "request/scope.h"

namespace salus::identity {

enum class UserStatus : std::uint8_t {
    active,
    disabled,  // by an administrator: nothing in their name counts any more
};

struct Passkey {
    factors::webauthn::Credential credential;
    std::string name;  // for its owner, who has several
    WallTime added{};
    WallTime used{};
};

struct Totp {
    SecretBytes secret;
    std::optional<factors::TotpStep> last_used;
    WallTime added{};
};

struct Password {
    std::string record;  // factors::PasswordHashing
    WallTime changed{};
};

// What a new user proves themselves with once, until they have factors of their own. Handed over by
// an administrator; good for one sign-in that can do nothing but enrol.
struct Enrolment {
    factors::RecoveryCodes code;  // one
    WallTime expires{};
};

struct User {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "User";

    UserId id;
    std::string user_name;  // as they sign in
    std::string display_name;
    UserStatus status = UserStatus::active;
    // The most that a token in their name can be granted, whatever the client may be.
    std::vector<request::Scope> scopes;
    std::vector<request::PurposeOfUse> purposes;  // the first is the default
    request::RoleNames roles;
    request::PlaceNames locations;  // where they work
    std::string fhir_user;          // "Practitioner/123"; empty: none
    std::string patient;            // id of the Patient that they are; empty: none
    // Whatever was issued under an earlier number is void: sessions, grants, tokens.
    std::uint64_t generation = 1;
    std::optional<Password> password;
    std::optional<Totp> totp;
    std::vector<Passkey> passkeys;
    std::optional<factors::RecoveryCodes> recovery_codes;
    std::optional<Enrolment> enrolment;
    std::optional<OutsideAccount> outside;  // as whom the outside provider may sign them in
    WallTime added{};

    // "Practitioner/[id]", as whom they stand in records; empty: they are none.
    [[nodiscard]] std::string practitioner() const {
        return fhir_user.starts_with("Practitioner/") ? fhir_user : std::string();
    }
    // Two factors, or a passkey, which is two in one.
    [[nodiscard]] bool has_strong_factor() const noexcept {
        return !passkeys.empty() || (password && totp);
    }
    [[nodiscard]] std::string to_json() const;
    static Result<User> from_json(json::Value root);
};

// Who has a user name. Its id is the name in its one spelling, which the store sees as a keyed
// hash.
struct UserName {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "UserName";
    UserId user;
    [[nodiscard]] std::string to_json() const;
    static Result<UserName> from_json(json::Value root);
};

// Whose a passkey is; its id is the credential's in base64url.
struct PasskeyOwner {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "PasskeyOwner";
    UserId user;
    [[nodiscard]] std::string to_json() const;
    static Result<PasskeyOwner> from_json(json::Value root);
};

// A user name in the spelling by which it is found: lower case ASCII letters, digits, and . - _ @ +
// (other letters only as they are). Nothing for what is no name: empty, over
// limits::kUserNameBytes, or with spaces or controls.
[[nodiscard]] std::optional<std::string> user_name_of(std::string_view typed);
[[nodiscard]] UserId new_user_id(crypto::Random& random);

}  // namespace salus::identity
