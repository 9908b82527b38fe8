#include "authentication/verified_tokens.h"

#include <algorithm>

#include "authentication/access_token_verifier.h"
#include "authentication/authentication.h"
#include "foundation/limits.h"

namespace salus::authentication {
namespace {

std::unexpected<Error> no_token() {
    return fail(Errc::unauthenticated, "the access token is not valid");
}

bool rests_on(request::CallerFacts const& token, std::string_view name) {
    return name == token.token_id || name == token.client.text() ||
           (token.person && (name == token.person->grant || name == token.person->id.text()));
}

}  // namespace

VerifiedTokens::VerifiedTokens(request::Tenant const& tenant, TokenKeys const& keys,
                               TokenGuards& guards, Standing& standing, Clock const& clock)
    : tenant_(tenant),
      keys_(keys),
      guards_(guards),
      standing_(standing),
      clock_(clock),
      epoch_(guards.revocations.epoch()) {}

Result<VerifiedToken> VerifiedTokens::find(std::string_view token) {
    if (token.size() > limits::kTokenBytes) return no_token();
    forget_revoked();
    auto const digest = crypto::sha256(bytes_of(token));
    if (auto const known = tokens_.find(digest); known != tokens_.end()) {
        if (!is_over(known->second)) {
            ++statistics_.remembered;
            return known->second.token;
        }
        tokens_.erase(known);
    }
    SALUS_TRY(auto facts, verify_access_token(token, tenant_, keys_, clock_.now()));
    if (is_emergency_over(facts)) return no_token();
    VerifiedToken verified(Authentication::make_caller(std::move(facts)));
    // What is revoked from here on comes as news, which is looked at before the next answer.
    SALUS_TRY(bool const stands, standing_.stands(verified.facts()));
    if (!stands) return no_token();
    ++statistics_.verified;
    remember(digest, verified);
    return verified;
}

void VerifiedTokens::forget_revoked() {
    if (guards_.revocations.epoch() == epoch_) return;
    auto const news = guards_.revocations.since(epoch_);
    epoch_ = news.epoch;
    if (news.all) return tokens_.clear();
    std::erase_if(tokens_, [&](auto const& entry) {
        return std::ranges::any_of(news.names, [&](std::string const& name) {
            return rests_on(entry.second.token.facts(), name);
        });
    });
}

bool VerifiedTokens::is_over(Remembered const& known) const {
    auto const& token = known.token.facts();
    return clock_.now() >= token.expires || clock_.monotonic() >= known.ends ||
           is_emergency_over(token);
}

bool VerifiedTokens::is_emergency_over(request::CallerFacts const& token) const {
    return token.person && token.person->emergency_until &&
           guards_.emergencies.is_over(token.person->grant, *token.person->emergency_until, clock_);
}

void VerifiedTokens::remember(crypto::Sha256Digest const& digest, VerifiedToken const& token) {
    if (tokens_.size() >= limits::kTokenCacheEntries) {
        std::erase_if(tokens_, [this](auto const& entry) { return is_over(entry.second); });
        // Full of live tokens: start over rather than grow. Each costs one signature check again.
        if (tokens_.size() >= limits::kTokenCacheEntries) tokens_.clear();
    }
    auto const left = token.facts().expires - clock_.now();
    tokens_.emplace(digest, Remembered{.token = token, .ends = clock_.monotonic() + left});
}

}  // namespace salus::authentication
