// A browser in which somebody is signed in (IAM-7; 45 CFR 164.312(a)(2)(iii), automatic logoff). A
// cookie has its id and secret (secret_id.h). Any thread; values.
#pragma once

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"
#include "request/role_name.h"

namespace salus::identity {

// How somebody proved to be who they are, weakest first. What is stronger satisfies what is weaker,
// and nothing below two factors satisfies anything: recovery serves to enrol a factor (RE1).
enum class Assurance : std::uint8_t {
    none,
    recovery,            // a recovery or enrolment code
    multi_factor,        // a password and a one-time password
    phishing_resistant,  // a passkey, with its user verified
};
// Values of `acr`: "recovery", "mfa" and "phr" (the latter two as OpenID Connect Extended
// Authentication Profile spells them); empty for none.
[[nodiscard]] std::string_view acr_of(Assurance assurance) noexcept;
[[nodiscard]] Assurance assurance_of(std::string_view acr) noexcept;
[[nodiscard]] bool satisfies(Assurance reached, Assurance needed) noexcept;

struct Session {
    static constexpr records::DocumentClass kClass = records::DocumentClass::session;
    static constexpr std::string_view kType = "Session";

    UserId user;
    crypto::Sha256Digest secret{};
    std::uint64_t generation = 0;  // the user's when it began
    Assurance assurance = Assurance::none;
    // What the outside provider's token gave at the last sign-in; none if it was another way in.
    request::RoleNames provider_roles;
    WallTime authenticated{};  // when that was proved last (`auth_time`)
    WallTime began{};
    WallTime used{};      // to limits::kSessionTouch
    std::string browser;  // what it calls itself, for its owner to know it by

    // When the store may forget it.
    [[nodiscard]] WallTime ends() const noexcept;
    [[nodiscard]] std::string to_json() const;
    static Result<Session> from_json(json::Value root);
};

// Within both limits, of the user's present generation, and not dated ahead: what began, or was
// proved, while the clock was wrong counts for nothing when it is right again.
[[nodiscard]] bool is_live(Session const& session, std::uint64_t generation, WallTime now) noexcept;

}  // namespace salus::identity
