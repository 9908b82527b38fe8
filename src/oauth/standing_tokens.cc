#include "oauth/standing_tokens.h"

#include "foundation/limits.h"
#include "identity/grant.h"
#include "identity/user.h"
#include "oauth/client.h"
#include "records/add_document.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kType = "Revocation";

}  // namespace

Result<bool> StandingTokens::stands(request::CallerFacts const& token) {
    SALUS_TRY(auto const revoked, records_.current(kType, token.token_id));
    if (revoked) return false;
    // What a registration said it says for as long as it stands: none is changed, and no id is
    // given twice. So roles and locations in a token are those of its client.
    SALUS_TRY(auto const client, records_.current(kClientType, token.client.text()));
    if (client && client->state != store::VersionState::live) return false;
    if (!token.person) return true;
    return grant_stands(token);
}

Result<bool> StandingTokens::grant_stands(request::CallerFacts const& token) {
    auto const& person = *token.person;
    SALUS_TRY(auto const grant, documents_.read<identity::Grant>(person.grant));
    if (!grant || grant->value.user != person.id || grant->value.client != token.client)
        return false;
    SALUS_TRY(auto const user, documents_.read<identity::User>(person.id.text()));
    return user && user->value.status == identity::UserStatus::active &&
           user->value.generation == grant->value.generation;
}

Result<void> StandingTokens::revoke(request::CallerFacts const& token, WallTime now,
                                    request::Prepared& prepared) {
    records::Change change;
    change.document_class = records::DocumentClass::revocation;
    change.type = kType;
    change.id = token.token_id;
    change.compartment = records_.addressing().identity_compartment();
    change.when = now;
    change.expires_at = to_unix_seconds(token.expires) + limits::kClockSkew.count() + 1;
    return records::add_document(records_, change, prepared);
}

}  // namespace salus::oauth
