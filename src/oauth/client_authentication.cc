#include "oauth/client_authentication.h"

#include <algorithm>

#include "foundation/limits.h"
#include "jose/claims.h"
#include "jose/client_assertion.h"
#include "jose/jws.h"
#include "oauth/answers.h"
#include "oauth/client_certificate.h"
#include "oauth/form_reader.h"
#include "records/add_document.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kPurposeSystem = "urn:oid:2.16.840.1.113883.5.8#";
constexpr std::string_view kGuardType = "ReplayGuard";
constexpr std::size_t kJtiLargest = 256;

std::unexpected<Error> used_before() {
    return fail(Errc::unauthenticated, "the client assertion was used before");
}

// UDAP's hl7-b2b extension object: extensions."hl7-b2b".purpose_of_use, exactly one here.
std::optional<std::string> asked_purpose(json::Value claims) {
    auto const extensions = claims.member("extensions");
    auto const b2b = extensions ? extensions->member("hl7-b2b") : std::nullopt;
    auto const list = b2b ? b2b->member("purpose_of_use") : std::nullopt;
    if (!list || !list->is_array() || list->size() != 1) return std::nullopt;
    auto const value = *list->elements().begin();
    if (!value.is_string()) return std::nullopt;
    auto const text = value.text();
    return text.starts_with(kPurposeSystem) ? text.substr(kPurposeSystem.size()) : text;
}

bool names_purpose(json::Value claims) {
    return claims.member("extensions").has_value();
}

std::optional<request::PurposeOfUse> granted_purpose(Client const& client, json::Value claims) {
    if (!names_purpose(claims)) return client.purposes.front();
    auto const code = asked_purpose(claims);
    auto const purpose = code ? request::purpose_of_code(*code) : std::nullopt;
    if (!purpose || std::ranges::find(client.purposes, *purpose) == client.purposes.end()) {
        return std::nullopt;
    }
    return purpose;
}

// What an assertion says of the device, of a client whose word counts for that (AZ-3). It is never
// passed over: who says it would believe that it counted.
Result<request::DevicePosture> stated_device(Client const& client, json::Value claims) {
    auto const claim = claims.member(request::kDevicePostureAssertion);
    if (claim && !client.device_posture)
        return fail(Errc::unauthenticated, "the client is not registered to speak of devices");
    auto device = request::parse_device_posture(claim);
    if (!device) return fail(Errc::unauthenticated, device.error().why);
    return device;
}

// RFC 7521 section 4.2: client_id is optional beside an assertion and names the same client.
bool names_another_client(std::vector<request::Parameter> const& form, ClientId const& proven) {
    return std::ranges::any_of(form, [&](request::Parameter const& parameter) {
        return parameter.name == "client_id" && parameter.value != proven.text();
    });
}

}  // namespace

Result<ProvenClient> ClientAuthentication::prove(request::Exchange& exchange,
                                                 std::vector<request::Parameter> const& form) {
    auto const assertion = request::single(form, "client_assertion");
    if (!request::has_parameter(form, "client_assertion")) return named_client(exchange, form);
    if (request::single(form, "client_assertion_type") != jose::kClientAssertionType || !assertion)
        return fail(Errc::unauthenticated, "private_key_jwt is the only way to authenticate");
    SALUS_TRY(auto proven, verify(exchange, *assertion));
    if (names_another_client(form, proven.client->id))
        return fail(Errc::unauthenticated, "client_id is not the assertion's client");
    exchange.facts.proven_client = proven.client->id;
    return proven;
}

// Without an assertion a client says its name: a public one is believed, another shows its
// certificate. One answer for all that is wrong.
Result<ProvenClient> ClientAuthentication::named_client(
    request::Exchange& exchange, std::vector<request::Parameter> const& form) {
    constexpr Literal kRefused = "the client has to authenticate itself";
    auto const id = request::single(form, "client_id");
    if (!id) return fail(Errc::unauthenticated, kRefused);
    exchange.facts.claimed_client = EphiText(std::string(*id));
    SALUS_TRY(auto client, trust_.clients.find(*id));
    if (!client) return fail(Errc::unauthenticated, kRefused);
    if (client->is_public()) {
        exchange.facts.target_client = client->id;
    } else {
        SALUS_TRY(bool const shown, shows_its_certificate(*client, exchange.request.peer));
        if (!shown) return fail(Errc::unauthenticated, kRefused);
        exchange.facts.proven_client = client->id;
    }
    auto const purpose = client->purposes.front();
    return ProvenClient{
        .client = std::move(client), .token_id = {}, .expires = 0, .purpose = purpose};
}

// The registered method and no other (TK3).
Result<bool> ClientAuthentication::shows_its_certificate(Client const& client,
                                                         http::Peer const& peer) {
    switch (client.authentication) {
        case AuthenticationMethod::self_signed_tls_client_auth: return shows_its_key(client, peer);
        case AuthenticationMethod::tls_client_auth:
            return is_vouched_for(client, peer, trust_.authorities, clock_.now());
        case AuthenticationMethod::private_key_jwt:
        case AuthenticationMethod::none: break;
    }
    return false;
}

// RFC 8705 section 2.2: the handshake proved the key of the certificate, whoever issued that.
Result<bool> ClientAuthentication::shows_its_key(Client const& client, http::Peer const& peer) {
    if (!peer.key || !peer.certificate) return false;
    auto const has_key = [&](jose::KeySet const& keys) { return keys.holds(*peer.key); };
    if (client.jwks_uri.empty()) return has_key(client.keys);
    SALUS_TRY(auto const keys, trust_.keys.keys_at(client.jwks_uri, has_key));
    return has_key(*keys);
}

// By the registered keys, or by those at the registered address and no other (`jku`, CA3).
Result<jose::Verified> ClientAuthentication::verify_signature(Client const& client,
                                                              jose::UnverifiedToken assertion) {
    jose::VerifyOptions options;
    options.key_set_url = client.jwks_uri;
    if (client.jwks_uri.empty()) return std::move(assertion).verify(client.keys, options);
    auto const kid = assertion.claimed_key_id().value_or("");
    auto const has_key = [&](jose::KeySet const& keys) { return keys.find(kid) != nullptr; };
    SALUS_TRY(auto const keys, trust_.keys.keys_at(client.jwks_uri, has_key));
    return std::move(assertion).verify(*keys, options);
}

// One answer for every wrong assertion: which part was wrong helps only an attacker (API-3).
Result<ProvenClient> ClientAuthentication::verify(request::Exchange& exchange,
                                                  std::string_view text) {
    static constexpr Literal kRefused = "the client assertion is not valid";
    auto assertion = jose::UnverifiedToken::read(text);
    auto const issuer = assertion ? assertion->claimed_issuer() : std::nullopt;
    if (!issuer) return fail(Errc::unauthenticated, kRefused);
    exchange.facts.claimed_client = EphiText(*issuer);
    SALUS_TRY(auto client, trust_.clients.find(*issuer));
    // The registered method and no other (TK3).
    if (!client || client->authentication != AuthenticationMethod::private_key_jwt)
        return fail(Errc::unauthenticated, kRefused);
    auto const verified = verify_signature(*client, *std::move(assertion));
    if (!verified && verified.error().code == Errc::unavailable) return fail(verified.error());
    if (!verified) return fail(Errc::unauthenticated, kRefused);
    auto const claims = verified->payload.root();
    auto const now = clock_.now();
    jose::ClaimRules rules;
    rules.issuer = client->id.text();
    rules.subject = client->id.text();
    // FAPI 2.0 section 5.3.2.1: the issuer alone; SMART names the token endpoint.
    rules.audiences = {tenant_.issuer()};
    if (client->profile == Profile::smart) rules.audiences.push_back(tenant_.token_endpoint());
    rules.life_longest = limits::kAssertionLifeLongest;
    auto const checked = jose::check_claims(claims, rules, now);
    if (!checked) return fail(Errc::unauthenticated, kRefused);
    auto const jti = claims.text_member("jti");
    if (!jti || jti->empty() || jti->size() > kJtiLargest) {
        return fail(Errc::unauthenticated, kRefused);
    }
    SALUS_TRY(auto const device, stated_device(*client, claims));
    auto const purpose = granted_purpose(*client, claims);
    return ProvenClient{.client = std::move(client),
                        .token_id = *jti,
                        .expires = to_unix_seconds(checked->expires),
                        .purpose = purpose,
                        .device = device};
}

Result<void> ClientAuthentication::consume(ProvenClient const& proven,
                                           request::Prepared& prepared) {
    if (proven.token_id.empty()) return {};
    records::Change guard;
    guard.document_class = records::DocumentClass::replay_guard;
    guard.type = kGuardType;
    guard.id = proven.client->id.text() + "|" + proven.token_id;
    guard.compartment = records_.addressing().identity_compartment();
    guard.when = clock_.now();
    guard.expires_at = proven.expires + limits::kClockSkew.count() + 1;
    // Two that come at once meet at the commit: the second is prepared again, and ends here.
    SALUS_TRY(auto const before, records_.current(guard.type, guard.id));
    if (before) return used_before();
    return records::add_document(records_, guard, prepared);
}

Result<request::Prepared> finish_with(ClientAuthentication& clients, ProvenClient const& proven,
                                      request::Prepared prepared) {
    auto const consumed = clients.consume(proven, prepared);
    if (!consumed && consumed.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", consumed.error().why);
    if (!consumed) return fail(consumed.error());
    return prepared;
}

}  // namespace salus::oauth
