// What the pages of one thread work with. Borrows all. Belongs to one thread, as the records do.
#pragma once

#include <optional>

#include "authentication/token_guards.h"
#include "consent/settings.h"
#include "crypto/random.h"
#include "factors/breached_passwords.h"
#include "factors/password.h"
#include "factors/webauthn/relying_party.h"
#include "foundation/clock.h"
#include "foundation/sign_in_limits.h"
#include "identity/documents.h"
#include "identity/endings.h"
#include "json/document.h"
#include "oauth/authorizations.h"
#include "records/records.h"
#include "request/tenant.h"
#include "sign_in/hashing_places.h"
#include "sign_in/outside_desk.h"

namespace salus::sign_in {

struct Desk {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
    authentication::TokenGuards& guards;  // told what ended, so that no event loop remembers it
    HashingPlaces& places;
    identity::LogoutTelling const& logouts;
    oauth::ClientDirectory& clients;
    factors::PasswordCost cost{};
    factors::BreachedPasswords const* breached = nullptr;  // the operator's list; nullptr: none
    OutsideDesk* outside = nullptr;  // nullptr: no outside provider signs people in
    // What patients' consents mean; nullptr: they are not enforced.
    consent::ConsentSettings const* consent = nullptr;
    // For how long a declared emergency opens a record.
    std::chrono::minutes emergency_life = limits::kEmergencyDefault;

    [[nodiscard]] identity::Documents documents() const { return {records, parser, clock}; }
    [[nodiscard]] oauth::Authorizations authorizations() const {
        return {tenant, guards, records, parser, clients, random, clock};
    }
    // nullptr: none.
    [[nodiscard]] outside_provider::Settings const* provider() const {
        return outside == nullptr ? nullptr : &outside->provider.settings();
    }
    [[nodiscard]] factors::PasswordHashing hashing() const {
        return factors::PasswordHashing(cost);
    }
};

// Whom passkeys are for: the host of the tenant's address. Nothing where that is no name, since
// browsers offer none there.
[[nodiscard]] std::optional<factors::webauthn::RelyingParty> relying_party(
    request::Tenant const& tenant);
// Once the batch is durable, every event loop forgets what rested on these names.
void forget_after_commit(Desk const& desk, std::vector<std::string> names,
                         request::Prepared& prepared);

}  // namespace salus::sign_in
