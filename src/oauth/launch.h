// An EHR opens an app on what it shows (SMART App Launch 2.2, EHR launch): POST /oauth/launch, by a
// service with the scope admin/launch.write. Belongs to one thread, as the records do.
#pragma once

#include "crypto/random.h"
#include "identity/documents.h"
#include "identity/launch_context.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::oauth {

struct LaunchDesk {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
};

// {"client_id", "patient", "encounter", "user"}; all but the first may be left out. 201 with the
// opaque `launch` and how long it serves. Errc::invalid for a client, patient or user that is none.
[[nodiscard]] Result<request::Prepared> open_launch(LaunchDesk const& desk,
                                                    request::Exchange& exchange);

// What an app's `launch` stands for. Nothing: it was made up, is another app's, was used, or is
// over.
[[nodiscard]] Result<std::optional<identity::Stored<identity::LaunchContext>>> find_launch(
    identity::Documents& documents, std::string_view launch, ClientId const& client, WallTime now);

}  // namespace salus::oauth
