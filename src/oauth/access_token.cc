#include "oauth/access_token.h"

#include "foundation/limits.h"
#include "jose/jws.h"
#include "json/writer.h"

namespace salus::oauth {

std::string issue_access_token(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                               AccessTokenGrant const& grant, crypto::Random& random,
                               WallTime now) {
    auto const issued = to_unix_seconds(now);
    std::string claims = R"({"iss":)";
    json::append_quoted(claims, tenant.issuer());
    claims.append(R"(,"aud":)");
    json::append_quoted(claims, tenant.fhir_base());
    claims.append(R"(,"sub":)");
    json::append_quoted(claims, grant.client.text());
    claims.append(R"(,"client_id":)");
    json::append_quoted(claims, grant.client.text());
    claims.append(R"(,"iat":)").append(std::to_string(issued));
    claims.append(R"(,"exp":)").append(std::to_string(issued + limits::kAccessTokenLife.count()));
    claims.append(R"(,"jti":)");
    json::append_quoted(claims, crypto::random_id(random));
    claims.append(R"(,"scope":)");
    json::append_quoted(claims, request::to_text(grant.scopes));
    claims.append(R"(,"purpose_of_use":)");
    json::append_quoted(claims, request::code_of(grant.purpose).text());
    if (!grant.key_thumbprint.empty()) {
        claims.append(R"(,"cnf":{"jkt":)");
        json::append_quoted(claims, grant.key_thumbprint);
        claims.push_back('}');
    }
    claims.push_back('}');
    auto const set = keys.current();
    return jose::sign_compact(set->signing_key(), set->key_id(), "at+jwt", claims);
}

}  // namespace salus::oauth
