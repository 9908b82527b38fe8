#include "oauth/id_token.h"

#include "crypto/hash.h"
#include "foundation/oauth_limits.h"
#include "jose/jws.h"
#include "json/writer.h"

namespace salus::oauth {
namespace {

// OpenID Connect Core section 3.1.3.6: the left half of the hash that the signature uses.
std::string half_hash(std::string_view token) {
    auto const digest = crypto::sha256(bytes_of(token));
    return to_base64url(BytesView(digest).first(digest.size() / 2));
}

std::string sign(authentication::TokenKeys const& keys, std::string_view type,
                 std::string const& claims) {
    auto const set = keys.current();
    return jose::sign_compact(set->signing_key(), set->key_id(), type, claims);
}

}  // namespace

void write_user_claims(json::Writer& writer, request::Tenant const& tenant,
                       identity::User const& user, request::ScopeWords words) {
    if (words.has(request::ScopeWord::profile)) {
        writer.key("name").string(user.display_name);
        writer.key("preferred_username").string(user.user_name);
    }
    if (words.has(request::ScopeWord::fhir_user) && !user.fhir_user.empty())
        writer.key("fhirUser").string(tenant.fhir_base() + "/" + user.fhir_user);
}

std::string issue_id_token(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                           IdTokenFacts const& facts, WallTime now) {
    auto const issued = to_unix_seconds(now);
    std::string claims;
    json::Writer writer(claims);
    writer.begin_object();
    writer.key("iss").string(tenant.issuer());
    writer.key("sub").string(facts.person.id.text());
    writer.key("aud").string(facts.client.text());
    writer.key("azp").string(facts.client.text());
    writer.key("iat").integer(issued);
    writer.key("exp").integer(issued + limits::kIdTokenLife.count());
    writer.key("auth_time").integer(to_unix_seconds(facts.person.authenticated));
    writer.key("acr").string(facts.person.acr);
    if (!facts.nonce.empty()) writer.key("nonce").string(facts.nonce);
    if (!facts.session.empty()) writer.key("sid").string(session_name(facts.session));
    writer.key("at_hash").string(half_hash(facts.access_token));
    write_user_claims(writer, tenant, facts.user, facts.words);
    writer.end_object();
    return sign(keys, "JWT", claims);
}

Result<IdTokenHint> read_id_token_hint(request::Tenant const& tenant,
                                       authentication::TokenKeys const& keys,
                                       std::string_view text) {
    jose::VerifyOptions options;
    options.type = "JWT";
    SALUS_TRY(auto const token,
              jose::verify_compact(text, keys.current()->verifying_keys(), options));
    auto const claims = token.payload.root();
    IdTokenHint hint{.client = claims.text_member("aud").value_or(""),
                     .subject = claims.text_member("sub").value_or(""),
                     .session = claims.text_member("sid").value_or("")};
    bool const ours = claims.text_member("iss") == tenant.issuer() && !hint.client.empty() &&
                      !hint.subject.empty();
    if (!ours) return fail(Errc::unauthenticated, "the ID token is none of ours");
    return hint;
}

std::string session_name(std::string_view session) {
    auto const digest = crypto::sha256(bytes_of("sid:" + std::string(session)));
    return to_base64url(BytesView(digest).first(16));
}

}  // namespace salus::oauth
