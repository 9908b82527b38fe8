#include "outside_provider/id_token.h"

#include "foundation/check.h"
#include "foundation/limits.h"
#include "foundation/provider_limits.h"
#include "foundation/secret.h"
#include "identity/outside_account.h"
#include "jose/claims.h"
#include "jose/jws.h"

namespace salus::outside_provider {
namespace {

using crypto::SignatureAlgorithm;

std::unexpected<Error> refuse(Literal why) {
    return fail(Errc::unauthenticated, why);
}

Result<void> check_nonce(json::Value payload, std::string const& nonce) {
    auto const stated = payload.text_member("nonce");
    if (!stated || !equal_constant_time(bytes_of(*stated), bytes_of(nonce)))
        return refuse("the token has another nonce");
    return {};
}

// A token that somebody else asked for is not for us, whatever its audience (section 3.1.3.7, 5).
Result<void> check_authorized_party(json::Value payload, std::string const& client_id) {
    auto const party = payload.member("azp");
    if (party && !party->is_text(client_id)) return refuse("the token is another client's");
    return {};
}

// Asked for by max_age, so it has to be there (section 2).
Result<WallTime> authenticated_in(json::Value payload, WallTime now) {
    auto const claim = payload.member("auth_time");
    auto const seconds = claim ? claim->integer() : std::nullopt;
    auto const latest = to_unix_seconds(now + limits::kClockSkew);
    if (!seconds || *seconds < 0 || *seconds > latest)
        return refuse("the token does not say when the person signed in");
    return WallTime(std::chrono::seconds(*seconds));
}

// A list that is none says nothing.
std::vector<std::string> methods_in(json::Value payload) {
    std::vector<std::string> methods;
    auto const claim = payload.member("amr");
    if (!claim || !claim->is_array()) return methods;
    for (auto const element : claim->elements()) {
        if (element.is_string()) methods.push_back(element.text());
    }
    return methods;
}

}  // namespace

Result<Proven> check_id_token(std::string_view token, jose::KeySet const& keys,
                              Expected const& expected) {
    SALUS_CHECK(!expected.nonce.empty());
    auto const& settings = expected.settings;
    jose::VerifyOptions options;
    options.algorithms = {SignatureAlgorithm::es256, SignatureAlgorithm::rs256,
                          SignatureAlgorithm::ps256, SignatureAlgorithm::ed25519};
    SALUS_TRY(auto const verified, jose::verify_compact(token, keys, options));
    auto const payload = verified.payload.root();
    SALUS_TRY(auto const claims, jose::check_claims(payload,
                                                    {.issuer = settings.issuer,
                                                     .subject = std::nullopt,
                                                     .audiences = {settings.client_id},
                                                     .audience_rule = jose::AudienceRule::only_ours,
                                                     .life_longest = std::nullopt},
                                                    expected.now));
    if (!claims.issued_at || expected.now - *claims.issued_at > limits::kProviderTokenAge)
        return refuse("the token was not issued just now");
    SALUS_TRY_VOID(check_authorized_party(payload, settings.client_id));
    SALUS_TRY_VOID(check_nonce(payload, expected.nonce));
    if (!identity::is_subject(claims.subject)) return refuse("the subject is none");
    SALUS_TRY(auto const authenticated, authenticated_in(payload, expected.now));
    return Proven{.subject = claims.subject,
                  .assurance = assurance_of(settings, payload.text_member("acr").value_or(""),
                                            methods_in(payload)),
                  .authenticated = authenticated,
                  .roles = roles_given(settings.roles, payload)};
}

}  // namespace salus::outside_provider
