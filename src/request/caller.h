// Caller: who asks, proven by authentication. Only authentication::Authentication can make one.
// Immutable; shared between the token cache of an event loop and the requests under way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "foundation/strong_id.h"
#include "request/device_posture.h"
#include "request/place_name.h"
#include "request/purpose_of_use.h"
#include "request/role_name.h"
#include "request/scope.h"

namespace salus::authentication {
class Authentication;
}

namespace salus::request {

// Whom a token acts for.
struct Person {
    UserId id;
    std::string grant;           // what the token rests on, and ends with
    std::string acr;             // how the person proved to be who they are (OpenID Connect Core 2)
    WallTime authenticated{};    // when (`auth_time`)
    std::string practitioner{};  // "Practitioner/[id]", as whom they stand in records; empty: none
    bool is_patient = false;     // they are the patient whose records the token reaches
    bool represents = false;     // they act for that patient (45 CFR 164.502(g))
    // They declared an emergency for the patient whom the token reaches: until then, if nobody ends
    // it before (45 CFR 164.312(a)(2)(ii)); request/emergency.h says whether it is in force.
    std::optional<WallTime> emergency_until{};
};

// What a verified access token says (RFC 9068), or that there was none.
struct CallerFacts {
    bool anonymous = true;   // public routes only
    DevicePosture device{};  // as the client states it (AZ-3)
    TenantName tenant;
    ClientId client;
    std::string token_id;  // jti
    std::optional<PurposeOfUse> purpose;
    std::optional<Person> person;  // nothing: the client acts for itself
    RoleNames roles;               // of the person; where there is none, of the client
    std::vector<Scope> scopes;
    std::string scope_text;  // canonical, for the audit leaf
    // Patient-context tokens reach this compartment and no other.
    std::optional<CompartmentId> patient_compartment;
    WallTime expires{};
    // The key that the token is bound to (RFC 9449 section 6.1, `cnf.jkt`); empty: to none.
    std::string key_thumbprint;
    // The certificate that the token is bound to (RFC 8705 section 3.1, `cnf.x5t#S256`).
    std::string certificate_thumbprint;
    // Where the person works; where there is none, the client.
    PlaceNames locations{};
};

class Caller {
public:
    [[nodiscard]] CallerFacts const& facts() const noexcept { return facts_; }
    [[nodiscard]] bool anonymous() const noexcept { return facts_.anonymous; }

private:
    friend class authentication::Authentication;
    explicit Caller(CallerFacts facts) : facts_(std::move(facts)) {}
    CallerFacts facts_;
};

using CallerPointer = std::shared_ptr<Caller const>;

}  // namespace salus::request
