// The outside OpenID provider (OpenID Connect Core section 3.1, RFC 9700 section 2.1): a browser is
// sent there, comes back with a code, and the provider says to us, and not by way of the browser,
// who that is. A user is found by issuer and subject alone, as an administrator stated them
// (IAM-5).
#include <algorithm>
#include <array>
#include <utility>

#include "foundation/limits.h"
#include "foundation/secret.h"
#include "foundation/sign_in_limits.h"
#include "identity/outside_account.h"
#include "sign_in/sign_in.h"
#include "sign_in/sign_in_pages.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

using identity::Assurance;
using identity::OutsideRequest;
using outside_provider::Proven;

std::string random_text(crypto::Random& random) {
    std::array<std::uint8_t, 32> bytes{};
    random.fill(bytes);
    return to_base64url(bytes);
}

std::string redirect_uri(request::Tenant const& tenant) {
    return tenant.public_url + "/sign-in/provider";
}

// On record once, however often the request is prepared.
void note(Visit const& visit, Literal rule) {
    auto& rules = visit.exchange().facts.rules;
    PolicyRuleId const id{std::string(rule.text())};
    if (std::ranges::find(rules, id) == rules.end()) rules.push_back(id);
}

// Somebody who is signed in here proves it anew, and so does whoever an app wants freshly proved.
bool has_to_be_new(std::optional<Waiting> const& waiting, std::optional<LiveSession> const& live) {
    if (live) return true;
    if (!waiting) return false;
    auto const& asked = waiting->pending.value.request;
    return asked.prompt_login || asked.max_age.has_value();
}

// Whom an administrator linked with this account; both documents have to say so.
Result<std::optional<StoredUser>> user_of(identity::Documents& documents,
                                          identity::OutsideAccount const& account) {
    SALUS_TRY(auto const owner,
              documents.read<identity::OutsideAccountOwner>(identity::outside_account_id(account)));
    if (!owner) return std::optional<StoredUser>();
    SALUS_TRY(auto user, active_user(documents, owner->value.user));
    if (user && user->value.outside != account) user.reset();
    return user;
}

// Whether the sign-in there is of the time that was asked for.
bool is_recent_enough(Proven const& proven, OutsideRequest const& asked, WallTime now) {
    auto const latest = proven.authenticated + limits::kClockSkew;
    return asked.anew ? latest >= asked.began : latest >= now - limits::kSessionLife;
}

outside_provider::Redemption redemption_of(Desk const& desk, Visit const& visit,
                                           OutsideRequest const& asked) {
    auto const& outside = *desk.outside;
    auto const keys = outside.keys.current();
    return {.state = asked.state,
            .code = visit.field("code"),
            .issuer = visit.field("iss"),
            .verifier = asked.verifier,
            .nonce = asked.nonce,
            .redirect_uri = redirect_uri(desk.tenant),
            .assertion =
                outside_provider::client_assertion(outside.provider.settings(), keys->signing_key(),
                                                   keys->key_id(), desk.random, visit.now())};
}

}  // namespace

Result<request::Prepared> SignIn::begin_provider(Visit const& visit) const {
    if (desk_.outside == nullptr) return fail(Errc::not_found, "There is no such page.");
    auto& outside = *desk_.outside;
    auto const metadata = outside.provider.metadata();
    if (metadata == nullptr) {
        outside.wish.emplace();
        return ask_to_sign_in(visit, texts::kProviderAway, 503);
    }
    SALUS_TRY(auto const waiting, waiting_here(desk_, visit));
    SALUS_TRY(auto const live, live_session(desk_, visit));
    SALUS_TRY(auto attempt, attempt_of(desk_, visit.browser()));
    // Whoever goes there leaves what was half done here, and has the whole time.
    attempt.value = {};
    attempt->secret = visit.browser().hash();
    attempt->began = visit.now();
    auto const& asked =
        attempt->outside.emplace(OutsideRequest{.state = random_text(desk_.random),
                                                .nonce = random_text(desk_.random),
                                                .verifier = random_text(desk_.random),
                                                .authorization = visit.authorization(),
                                                .anew = has_to_be_new(waiting, live),
                                                .began = visit.now()});
    auto const& settings = outside.provider.settings();
    auto const url =
        outside_provider::authorization_url(*metadata, settings,
                                            {.redirect_uri = redirect_uri(desk_.tenant),
                                             .state = asked.state,
                                             .nonce = asked.nonce,
                                             .verifier = asked.verifier,
                                             .anew = asked.anew});
    // A page and no redirect: Chromium would hold all that the provider redirects to, to
    // form-action.
    auto prepared = show(visit, leave_page(settings.name, url));
    prepared.headers.set("Refresh", "0;url=" + url);
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    return prepared;
}

// The address of a browser that came back. Whoever has not this browser's cookie has not its state;
// one that is not of this browser leaves the one that is where it is.
Result<request::Prepared> SignIn::take_provider(Visit const& here) const {
    if (desk_.outside == nullptr) return fail(Errc::not_found, "There is no such page.");
    auto& outside = *desk_.outside;
    SALUS_TRY(auto attempt, attempt_of(desk_, here.browser()));
    // Serves once, wherever the attempt is kept from here on.
    auto const asked = std::exchange(attempt->outside, std::nullopt);
    auto const state = here.field("state");
    if (!asked || !equal_constant_time(bytes_of(state), bytes_of(asked->state)))
        return refuse_provider(here, nullptr, "sign-in.provider-state");
    auto const visit = here.resumed(asked->authorization);
    if (!visit.field("error").empty() || visit.field("code").empty())
        return refuse_provider(visit, &attempt, "sign-in.provider-refused");
    auto const outcome = outside.provider.outcome_of(asked->state);
    if (!outcome) {
        outside.wish = outside_provider::Wish{redemption_of(desk_, visit, *asked)};
        return ask_to_sign_in(visit, texts::kProviderAway, 503);
    }
    if (outcome->has_value())
        return admit_from_provider(visit, std::move(attempt), *asked, outcome->value());
    if (outcome->error().code == Errc::unauthenticated)
        return refuse_provider(visit, &attempt, "sign-in.provider-answer");
    note(visit, "sign-in.provider-away");
    visit.exchange().facts.event = audit::Event::sign_in_failed;
    SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kProviderAway, 503));
    SALUS_TRY_VOID(keep(desk_, attempt, page));
    return page;
}

// `attempt`: to be kept, because something of it was used up; nullptr: nothing was.
Result<request::Prepared> SignIn::refuse_provider(Visit const& visit, Attempt const* attempt,
                                                  Literal rule) const {
    note(visit, rule);
    visit.exchange().facts.event = audit::Event::sign_in_failed;
    SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kProviderDidNotWork, 403));
    if (attempt != nullptr) {
        SALUS_TRY_VOID(keep(desk_, *attempt, page));
    }
    return page;
}

// A sign-in that proves too little here is the first half of one, where there is a second.
Result<request::Prepared> SignIn::admit_from_provider(Visit const& visit, Attempt attempt,
                                                      identity::OutsideRequest const& asked,
                                                      Proven const& proven) const {
    auto documents = desk_.documents();
    auto const& issuer = desk_.outside->provider.settings().issuer;
    SALUS_TRY(auto const user, user_of(documents, {.issuer = issuer, .subject = proven.subject}));
    if (!user) return refuse_provider(visit, &attempt, "sign-in.provider-unknown-subject");
    auto& facts = visit.exchange().facts;
    facts.target_user = user->value.id;
    if (!is_recent_enough(proven, asked, visit.now()))
        return refuse_provider(visit, &attempt, "sign-in.provider-old-sign-in");
    bool const enough = identity::satisfies(proven.assurance, Assurance::multi_factor);
    if (!enough && !(user->value.password && user->value.totp))
        return refuse_provider(visit, &attempt, "sign-in.provider-too-weak");
    facts.target_user.reset();
    facts.user = user->value.id;
    note(visit, "sign-in.provider");
    if (!enough) {
        auto prepared = go_to(visit, "/sign-in/one-time-password");
        attempt->user_name = user->value.user_name;
        attempt->half = identity::FirstHalf{.user = user->value.id, .provider_roles = proven.roles};
        SALUS_TRY_VOID(keep(desk_, attempt, prepared));
        return prepared;
    }
    auto prepared = go_on(visit);
    auto const when = asked.anew ? visit.now() : std::min(visit.now(), proven.authenticated);
    SALUS_TRY_VOID(begin_session(
        desk_, visit, user->value,
        {.assurance = proven.assurance, .provider_roles = proven.roles, .authenticated = when},
        prepared));
    return prepared;
}

}  // namespace salus::sign_in
