// How a client proves itself at the endpoints that it calls directly: private_key_jwt (RFC 7523
// section 3, OpenID Connect Core section 9), as SMART asks for it
// (https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html); a public client says
// its name and proves nothing, so it gets only what a code or a refresh token of its own stands
// for; a client with a certificate of its own shows that (RFC 8705). IAM-2, IAM-8. Belongs to one
// thread, as the records do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "jose/jws.h"
#include "json/document.h"
#include "oauth/client_trust.h"
#include "records/records.h"
#include "request/device_posture.h"
#include "request/exchange.h"
#include "request/form.h"

namespace salus::oauth {

struct ProvenClient {
    ClientPointer client;      // never nullptr
    std::string token_id;      // of the assertion (jti); empty: it used none
    std::int64_t expires = 0;  // of the assertion, Unix seconds
    // That the assertion asks for, or the client's first; nothing: one that is not registered.
    std::optional<request::PurposeOfUse> purpose;
    request::DevicePosture device{};  // that the assertion states
};

class ClientAuthentication {
public:
    // Borrows all.
    ClientAuthentication(request::Tenant const& tenant, records::Records& records,
                         ClientTrust& trust, Clock const& clock)
        : tenant_(tenant), records_(records), trust_(trust), clock_(clock) {}

    // Errc::unauthenticated, which is `invalid_client`, for a form without an assertion that names
    // no public client, and for every assertion that is not valid, with one reason for all of
    // these. Errc::unavailable: the client's keys stand elsewhere and are not there
    // (client_trust.h); other errors are faults of ours. What is learned of the client goes to
    // exchange.facts.
    [[nodiscard]] Result<ProvenClient> prove(request::Exchange& exchange,
                                             std::vector<request::Parameter> const& form);
    // Adds to the answer's batch what makes the assertion unusable a second time, on every node.
    // Errc::unauthenticated if it was used before.
    [[nodiscard]] Result<void> consume(ProvenClient const& proven, request::Prepared& prepared);

private:
    [[nodiscard]] Result<ProvenClient> named_client(request::Exchange& exchange,
                                                    std::vector<request::Parameter> const& form);
    [[nodiscard]] Result<bool> shows_its_certificate(Client const& client, http::Peer const& peer);
    [[nodiscard]] Result<bool> shows_its_key(Client const& client, http::Peer const& peer);
    [[nodiscard]] Result<ProvenClient> verify(request::Exchange& exchange, std::string_view text);
    [[nodiscard]] Result<jose::Verified> verify_signature(Client const& client,
                                                          jose::UnverifiedToken assertion);

    request::Tenant const& tenant_;
    records::Records& records_;
    ClientTrust& trust_;
    Clock const& clock_;
};

// The answer, once what the client proved itself with is used up; `invalid_client` if it was
// before.
[[nodiscard]] Result<request::Prepared> finish_with(ClientAuthentication& clients,
                                                    ProvenClient const& proven,
                                                    request::Prepared prepared);

}  // namespace salus::oauth
