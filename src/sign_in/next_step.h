// What comes next between a request for authorization and its answer (OpenID Connect Core section
// 3.1.2, RFC 9470 section 5, SMART App Launch 2.2): a pure function of what is known. Any thread.
#pragma once

#include <optional>

#include "foundation/clock.h"
#include "foundation/literal.h"
#include "identity/authorization_request.h"
#include "identity/session.h"
#include "identity/user.h"
#include "request/scope_request.h"

namespace salus::sign_in {

enum class Step : std::uint8_t {
    sign_in,         // nobody is signed in here
    prove_more,      // somebody is, but too weakly or too long ago
    enrol,           // they have to get the factors first that could prove enough
    choose_patient,  // whose records the app will see
    consent,
    done,    // answer the client
    refuse,  // with an error
};

struct NextStep {
    Step step;
    Literal error{};  // of the protocol, when it is refused
    Literal why{};
    friend bool operator==(NextStep const& a, NextStep const& b) {
        return a.step == b.step && a.error == b.error;
    }
};

struct Situation {
    identity::PendingAuthorization const& pending;
    identity::Session const* session = nullptr;  // live; nullptr: none
    identity::User const* user = nullptr;        // of the session
    // The most that an outside provider can prove of this user.
    identity::Assurance outside = identity::Assurance::none;
    request::ScopeRequest const* grantable = nullptr;  // of this user to this client
    // A grant stands that covers all of it, and the client proves who it is: an app that any
    // program can claim to be is asked about every time (RFC 8252 section 8.6).
    bool allowed_before = false;
    WallTime now{};
};

[[nodiscard]] NextStep next_step(Situation const& situation);

// The most that this person can prove with what they have.
[[nodiscard]] identity::Assurance reachable(identity::User const& user) noexcept;
// Whether the app's scopes need to know whose records.
[[nodiscard]] bool needs_patient(request::ScopeRequest const& scope) noexcept;
// Whether this person may look for patients at all.
[[nodiscard]] bool may_choose_patient(identity::User const& user);

}  // namespace salus::sign_in
