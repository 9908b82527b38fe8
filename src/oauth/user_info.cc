#include "oauth/user_info.h"

#include "identity/user.h"
#include "json/writer.h"
#include "oauth/id_token.h"
#include "request/scope_request.h"

namespace salus::oauth {

Result<request::Prepared> user_info(request::Tenant const& tenant, identity::Documents documents,
                                    request::CallerFacts const& caller) {
    auto const scope = request::parse_scope_request(caller.scope_text);
    if (!scope || !scope->words.has(request::ScopeWord::openid))
        return fail(Errc::forbidden, "the token has not the scope openid");
    SALUS_TRY(auto const user, documents.read<identity::User>(caller.person->id.text()));
    if (!user) return fail(Errc::unauthenticated, "the access token is not valid");
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    writer.key("sub").string(caller.person->id.text());
    write_user_claims(writer, tenant, user->value, scope->words);
    writer.end_object();
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    // A name may be a patient's.
    prepared.content = request::ReportContent{EphiText(std::move(body))};
    return prepared;
}

}  // namespace salus::oauth
