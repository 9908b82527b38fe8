#include "oauth/logout_token.h"

#include "foundation/oauth_limits.h"
#include "jose/jws.h"
#include "json/writer.h"
#include "oauth/id_token.h"

namespace salus::oauth {

std::string issue_logout_token(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                               UserId const& user, identity::LogoutNotice const& notice,
                               crypto::Random& random, WallTime now) {
    auto const issued = to_unix_seconds(now);
    std::string claims;
    json::Writer writer(claims);
    writer.begin_object();
    writer.key("iss").string(tenant.issuer());
    writer.key("sub").string(user.text());
    writer.key("aud").string(notice.client.text());
    writer.key("iat").integer(issued);
    writer.key("exp").integer(issued + limits::kLogoutTokenLife.count());
    writer.key("jti").string(crypto::random_id(random));
    if (!notice.session.empty()) writer.key("sid").string(session_name(notice.session));
    writer.key("events").begin_object();
    writer.key(kLogoutEvent).begin_object().end_object();
    writer.end_object();
    writer.end_object();
    auto const set = keys.current();
    return jose::sign_compact(set->signing_key(), set->key_id(), "logout+jwt", claims);
}

}  // namespace salus::oauth
