#include "authentication/access_token_verifier.h"

#include "jose/claims.h"
#include "jose/jws.h"
#include "request/device_posture.h"
#include "request/scope_request.h"

namespace salus::authentication {
namespace {

// Of a token for a declared emergency; it reaches one patient.
Result<std::optional<WallTime>> emergency_in(json::Value payload) {
    auto const until = payload.member("emergency_until");
    if (!until) return std::optional<WallTime>();
    auto const seconds = until->integer();
    if (!seconds || !payload.member("patient_compartment")) return refused();
    return std::optional(WallTime(std::chrono::seconds(*seconds)));
}

// Of a token that acts for a person: it rests on a grant.
Result<std::optional<request::Person>> person_in(json::Value payload, std::string_view subject) {
    auto const grant = payload.member("grant_id");
    if (!grant) return std::optional<request::Person>();
    auto const time = payload.member("auth_time");
    auto const seconds = time ? time->integer() : std::nullopt;
    auto const acr = payload.text_member("acr");
    if (!grant->is_string() || grant->text().empty() || !seconds || !acr) return refused();
    auto const says = [&payload](std::string_view name) {
        auto const member = payload.member(name);
        return member && member->is_boolean() && member->boolean();
    };
    SALUS_TRY(auto const emergency_until, emergency_in(payload));
    return std::optional(
        request::Person{.id = UserId(std::string(subject)),
                        .grant = grant->text(),
                        .acr = *acr,
                        .authenticated = WallTime(std::chrono::seconds(*seconds)),
                        .practitioner = payload.text_member("practitioner").value_or(""),
                        .is_patient = says("is_patient"),
                        .represents = says("represents"),
                        .emergency_until = emergency_until});
}

// The one patient whose records the token reaches, as the store knows it: the id of a patient is in
// no token.
Result<std::optional<CompartmentId>> compartment_in(json::Value payload) {
    auto const member = payload.member("patient_compartment");
    if (!member) return std::optional<CompartmentId>();
    auto const bytes = member->is_string() ? from_hex(member->text()) : std::nullopt;
    if (!bytes || bytes->size() != CompartmentId::Array().size()) return refused();
    return std::optional(CompartmentId::from(*bytes));
}

// A binding that is not understood is not passed over (RFC 7800 section 3.1).
Result<void> read_binding(json::Value payload, request::CallerFacts& facts) {
    auto const confirmation = payload.member("cnf");
    if (!confirmation) return {};
    if (!confirmation->is_object()) return refused();
    for (auto const member : confirmation->members()) {
        auto const name = member.name();
        auto const thumbprint = confirmation->text_member(name);
        if (!thumbprint || thumbprint->empty()) return refused();
        if (name == "jkt") {
            facts.key_thumbprint = *thumbprint;
        } else if (name == "x5t#S256") {
            facts.certificate_thumbprint = *thumbprint;
        } else {
            return refused();
        }
    }
    bool const bound = !facts.key_thumbprint.empty() || !facts.certificate_thumbprint.empty();
    return bound ? Result<void>() : refused();
}

}  // namespace

Result<request::CallerFacts> verify_access_token(std::string_view token,
                                                 request::Tenant const& tenant,
                                                 TokenKeys const& keys, WallTime now) {
    jose::VerifyOptions options;
    options.type = "at+jwt";
    options.algorithms = {crypto::SignatureAlgorithm::es256, crypto::SignatureAlgorithm::rs256};
    auto const verified = jose::verify_compact(token, keys.current()->verifying_keys(), options);
    if (!verified) return refused();
    auto const payload = verified->payload.root();
    jose::ClaimRules rules;
    rules.issuer = tenant.issuer();
    rules.audiences = {tenant.fhir_base()};
    auto const claims = jose::check_claims(payload, rules, now);
    if (!claims || claims->token_id.value_or("").empty()) return refused();

    auto const client = payload.text_member("client_id");
    auto const scope = request::parse_scope_request(payload.text_member("scope").value_or(""));
    auto const purpose =
        request::purpose_of_code(payload.text_member("purpose_of_use").value_or(""));
    if (!client || client->empty() || !scope || !purpose) return refused();
    request::CallerFacts facts;
    facts.anonymous = false;
    facts.tenant = tenant.name;
    facts.client = ClientId(*client);
    facts.token_id = *claims->token_id;
    facts.purpose = purpose;
    facts.scopes = scope->scopes;
    facts.scope_text = request::to_text(*scope);
    auto roles = request::roles_in(payload, "roles", request::kRolesOfCaller);
    if (!roles) return refused();
    facts.roles = *std::move(roles);
    auto locations = request::places_in(payload, "locations");
    if (!locations) return refused();
    facts.locations = *std::move(locations);
    auto const device = request::parse_device_posture(payload.member(request::kDeviceClaim));
    if (!device) return refused();
    facts.device = *device;
    facts.expires = claims->expires;
    SALUS_TRY(facts.person, person_in(payload, claims->subject));
    // A client that acts for itself is asked for nobody.
    if (!facts.person && !scope->words.empty()) return refused();
    SALUS_TRY(facts.patient_compartment, compartment_in(payload));
    SALUS_TRY_VOID(read_binding(payload, facts));
    return facts;
}

}  // namespace salus::authentication
