#include "oauth/access_token.h"

#include <algorithm>

#include "foundation/limits.h"
#include "jose/jws.h"
#include "json/writer.h"

namespace salus::oauth {
namespace {

void write_person(json::Writer& writer, request::Person const& person) {
    writer.key("grant_id").string(person.grant);
    writer.key("acr").string(person.acr);
    writer.key("auth_time").integer(to_unix_seconds(person.authenticated));
    // Changing the user ends the token (generation). The id of a patient is in no token.
    if (!person.practitioner.empty()) writer.key("practitioner").string(person.practitioner);
    if (person.is_patient) writer.key("is_patient").boolean(true);
    if (person.represents) writer.key("represents").boolean(true);
    if (person.emergency_until)
        writer.key("emergency_until").integer(to_unix_seconds(*person.emergency_until));
}

}  // namespace

std::string AccessTokenGrant::scope_text() const {
    return request::to_text(request::ScopeRequest{.words = words, .scopes = scopes});
}

std::int64_t AccessTokenGrant::expires(WallTime now) const {
    auto const end = to_unix_seconds(now) + limits::kAccessTokenLife.count();
    if (!person || !person->emergency_until) return end;
    return std::min(end, to_unix_seconds(*person->emergency_until));
}

void write_binding(json::Writer& writer, std::string_view key, std::string_view certificate) {
    if (key.empty() && certificate.empty()) return;
    writer.key("cnf").begin_object();
    if (!key.empty()) writer.key("jkt").string(key);
    if (!certificate.empty()) writer.key("x5t#S256").string(certificate);
    writer.end_object();
}

std::string issue_access_token(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                               AccessTokenGrant const& grant, crypto::Random& random,
                               WallTime now) {
    auto const issued = to_unix_seconds(now);
    std::string claims;
    json::Writer writer(claims);
    writer.begin_object();
    writer.key("iss").string(tenant.issuer());
    writer.key("aud").string(tenant.fhir_base());
    writer.key("sub").string(grant.person ? grant.person->id.text() : grant.client.text());
    writer.key("client_id").string(grant.client.text());
    writer.key("iat").integer(issued);
    writer.key("exp").integer(grant.expires(now));
    writer.key("jti").string(crypto::random_id(random));
    writer.key("scope").string(grant.scope_text());
    writer.key("purpose_of_use").string(request::code_of(grant.purpose).text());
    // RFC 9068 section 2.2.3.1. What changes them ends the token: the user's generation, or the end
    // of the client, whose registration never changes.
    request::write_roles(writer, "roles", grant.roles);
    request::write_places(writer, "locations", grant.locations);
    request::write_device_posture(writer, request::kDeviceClaim, grant.device);
    if (grant.person) write_person(writer, *grant.person);
    if (grant.patient_compartment)
        writer.key("patient_compartment").string(grant.patient_compartment->hex());
    write_binding(writer, grant.key_thumbprint, grant.certificate_thumbprint);
    writer.end_object();
    auto const set = keys.current();
    return jose::sign_compact(set->signing_key(), set->key_id(), "at+jwt", claims);
}

}  // namespace salus::oauth
