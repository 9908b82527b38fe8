// Access tokens: signed JWTs by RFC 9068 (IAM-3). No ePHI in them. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "json/writer.h"
#include "request/caller.h"
#include "request/purpose_of_use.h"
#include "request/scope_request.h"
#include "request/tenant.h"

namespace salus::oauth {

struct AccessTokenGrant {
    ClientId client;
    std::vector<request::Scope> scopes;
    request::PurposeOfUse purpose;
    // The key that the token is bound to (RFC 9449 section 6.1); empty: to none.
    std::string key_thumbprint{};
    // The certificate that the token is bound to (RFC 8705 section 3.1); empty: to none.
    std::string certificate_thumbprint{};
    // Whom it acts for; nothing: the client itself.
    std::optional<request::Person> person{};
    request::ScopeWords words{};  // only in the name of a person
    // The one patient whose records scopes in the context of a patient reach.
    std::optional<CompartmentId> patient_compartment{};
    request::RoleNames roles{};       // of the person; where there is none, of the client
    request::PlaceNames locations{};  // the same: where they work
    request::DevicePosture device{};

    [[nodiscard]] std::string scope_text() const;
    // When a token of this moment ends: after limits::kAccessTokenLife, or with the emergency that
    // it is for. Seconds since 1970.
    [[nodiscard]] std::int64_t expires(WallTime now) const;
};

// `cnf`, if the token is bound to anything (RFC 9449 section 6.1, RFC 8705 section 3.1).
void write_binding(json::Writer& writer, std::string_view key, std::string_view certificate);
// Lives from `now` to grant.expires(now).
[[nodiscard]] std::string issue_access_token(request::Tenant const& tenant,
                                             authentication::TokenKeys const& keys,
                                             AccessTokenGrant const& grant, crypto::Random& random,
                                             WallTime now);

}  // namespace salus::oauth
