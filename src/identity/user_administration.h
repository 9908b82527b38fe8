// Users as administrators see and change them (IAM-1, IAM-5): /admin/users. Belongs to one thread,
// as the records do.
#pragma once

#include <functional>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "identity/documents.h"
#include "identity/endings.h"
#include "request/exchange.h"
#include "request/permit.h"

namespace salus::identity {

struct UsersDesk {
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
    LogoutTelling const& logouts;
    // Called with a user's id once it is durable that what was issued in their name is void.
    std::function<void(std::string)> forget;
    std::string provider_issuer{};  // of the outside provider; empty: none is configured
};

// POST: {"user_name", "display_name", "scope", "purposes", "roles", "locations", "fhir_user",
// "patient", "provider_subject"}; the last five may be left out. 201 with the id and a code that
// the user enrols with, once, within a week. Errc::conflict if the name or the outside account is
// taken; Errc::invalid with what is wrong.
[[nodiscard]] Result<request::Prepared> add_user(UsersDesk const& desk,
                                                 request::Exchange& exchange);
// GET: all users, with their factors and none of their secrets.
[[nodiscard]] Result<request::Prepared> list_users(UsersDesk const& desk);
// POST /admin/users/ID: any of {"status": "active" | "disabled", "scope", "purposes", "roles",
// "locations", "fhir_user", "patient", "display_name", "provider_subject", "enrol": true,
// "end_sessions": true}.
// Whatever takes something away ends sessions, grants and tokens at once; `enrol` makes a new code,
// and takes every factor away, but not the outside account: an empty `provider_subject` does that.
[[nodiscard]] Result<request::Prepared> change_user(UsersDesk const& desk,
                                                    request::Exchange& exchange,
                                                    request::Permit const& permit);

}  // namespace salus::identity
