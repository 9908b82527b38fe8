#include "authentication/access_token_verifier.h"

#include "jose/claims.h"
#include "jose/jws.h"

namespace salus::authentication {
namespace {

std::unexpected<Error> refused() {
    return fail(Errc::unauthenticated, "the access token is not valid");
}

}  // namespace

Result<request::CallerFacts> verify_access_token(std::string_view token,
                                                 request::Tenant const& tenant,
                                                 TokenKeys const& keys, WallTime now) {
    jose::VerifyOptions options;
    options.type = "at+jwt";
    options.algorithms = {crypto::SignatureAlgorithm::es256};
    auto const verified = jose::verify_compact(token, keys.current()->verifying_keys(), options);
    if (!verified) return refused();
    auto const payload = verified->payload.root();
    jose::ClaimRules rules;
    rules.issuer = tenant.issuer();
    rules.audiences = {tenant.fhir_base()};
    auto const claims = jose::check_claims(payload, rules, now);
    if (!claims || claims->token_id.value_or("").empty()) return refused();

    auto const client = payload.text_member("client_id");
    auto const scopes = request::parse_scopes(payload.text_member("scope").value_or(""));
    auto const purpose =
        request::purpose_of_code(payload.text_member("purpose_of_use").value_or(""));
    if (!client || client->empty() || !scopes || !purpose) return refused();
    request::CallerFacts facts;
    facts.anonymous = false;
    facts.tenant = tenant.name;
    facts.client = ClientId(*client);
    facts.token_id = *claims->token_id;
    facts.purpose = purpose;
    facts.scopes = *scopes;
    facts.scope_text = request::to_text(*scopes);
    facts.expires = claims->expires;
    if (auto const confirmation = payload.member("cnf")) {
        // A binding that is not understood is not passed over (RFC 7800 section 3.1).
        auto const thumbprint =
            confirmation->is_object() ? confirmation->text_member("jkt") : std::nullopt;
        if (!thumbprint || thumbprint->empty()) return refused();
        facts.key_thumbprint = *thumbprint;
    }
    return facts;
}

}  // namespace salus::authentication
