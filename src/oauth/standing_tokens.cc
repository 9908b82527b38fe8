#include "oauth/standing_tokens.h"

#include "foundation/limits.h"
#include "records/add_document.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kType = "Revocation";

}  // namespace

Result<bool> StandingTokens::stands(std::string_view token_id) {
    SALUS_TRY(auto const revoked, records_.current(kType, token_id));
    return !revoked;
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
