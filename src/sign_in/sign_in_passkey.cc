// Passkeys: whoever the authenticator says it is, so that no name is typed and none can be asked
// about (N1, N4).
#include <algorithm>

#include "factors/webauthn/authentication.h"
#include "oauth/answers.h"
#include "sign_in/sign_in.h"
#include "sign_in/sign_in_pages.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

namespace webauthn = factors::webauthn;
using identity::Assurance;

struct ProvenPasskey {
    StoredUser user;
    webauthn::Authenticated proof;
    std::size_t passkey = 0;  // which of the user's
};

// Faults of our own are no failed sign-in.
bool is_fault(Error const& error) {
    return error.code == Errc::corrupt || error.code == Errc::unavailable ||
           error.code == Errc::internal;
}

Result<webauthn::AuthenticationCeremony> sign_in_ceremony(Desk const& desk) {
    auto party = relying_party(desk.tenant);
    if (!party) return fail(Errc::not_supported, "Passkeys are not offered at this address.");
    return webauthn::AuthenticationCeremony(*std::move(party),
                                            webauthn::UserVerification::required);
}

// Errc::unauthenticated for an answer that proves nobody.
Result<ProvenPasskey> prove(Desk const& desk, Visit const& visit, Bytes const& state) {
    SALUS_TRY(auto const ceremony, sign_in_ceremony(desk));
    if (state.empty()) return fail(Errc::unauthenticated, "no ceremony was begun here");
    SALUS_TRY(auto begun, webauthn::AuthenticationState::from_bytes(state));
    SALUS_TRY(auto const response, webauthn::AuthenticationResponse::parse(visit.field("answer")));
    auto documents = desk.documents();
    SALUS_TRY(auto const owner, documents.read<identity::PasskeyOwner>(to_base64url(response.id)));
    if (!owner) return fail(Errc::unauthenticated, "nobody has this passkey");
    SALUS_TRY(auto user, active_user(documents, owner->value.user));
    if (!user) return fail(Errc::unauthenticated, "its owner may not sign in");
    auto const& passkeys = user->value.passkeys;
    auto const found = std::ranges::find_if(
        passkeys, [&](auto const& each) { return each.credential.id == response.id; });
    if (found == passkeys.end()) return fail(Errc::unauthenticated, "nobody has this passkey");
    auto const which = static_cast<std::size_t>(found - passkeys.begin());
    SALUS_TRY(auto proof, ceremony.finish(std::move(begun), response, found->credential,
                                          visit.browser().text(), visit.now()));
    return ProvenPasskey{*std::move(user), std::move(proof), which};
}

}  // namespace

Result<request::Prepared> SignIn::begin_passkey(Visit const& visit) const {
    SALUS_TRY(auto const ceremony, sign_in_ceremony(desk_));
    SALUS_TRY(auto const started,
              ceremony.start_discoverable(visit.browser().text(), visit.now(), desk_.random));
    SALUS_TRY(auto attempt, attempt_of(desk_, visit.browser()));
    attempt->ceremony = started.state.to_bytes();
    auto prepared = oauth::json_answer(started.options);
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    return prepared;
}

Result<request::Prepared> SignIn::take_passkey(Visit const& visit) const {
    SALUS_TRY(auto attempt, attempt_of(desk_, visit.browser()));
    // Serves once, whatever the answer is worth (WA1).
    auto const state = std::exchange(attempt->ceremony, {});
    auto proven = prove(desk_, visit, state);
    auto& facts = visit.exchange().facts;
    if (!proven && is_fault(proven.error())) return fail(proven.error());
    if (!proven) {
        facts.event = audit::Event::sign_in_failed;
        SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kPasskeyDidNotWork, 403));
        SALUS_TRY_VOID(keep(desk_, attempt, page));
        return page;
    }
    auto& user = proven->user;
    auto& passkey = user->passkeys[proven->passkey];
    passkey.credential.sign_count = proven->proof.sign_count;
    passkey.credential.backed_up = proven->proof.backed_up;
    passkey.used = visit.now();
    auto documents = desk_.documents();
    // WA3: perhaps a copy. It is on record, and it proves less; with a second factor at hand that
    // is asked for, too.
    bool const doubtful = proven->proof.counter_regressed;
    if (doubtful) facts.rules.emplace_back("factors.counter-went-back");
    if (doubtful && user->password && user->totp) {
        auto prepared = go_to(visit, "/sign-in/one-time-password");
        attempt->user_name = user->user_name;
        attempt->half = identity::FirstHalf{.user = user->id};
        facts.user = user->id;
        SALUS_TRY_VOID(save(documents, user, prepared));
        SALUS_TRY_VOID(keep(desk_, attempt, prepared));
        return prepared;
    }
    auto prepared = go_on(visit);
    SALUS_TRY_VOID(save(documents, user, prepared));
    auto const assurance = doubtful ? Assurance::multi_factor : Assurance::phishing_resistant;
    SALUS_TRY_VOID(begin_session(desk_, visit, user.value, {.assurance = assurance}, prepared));
    return prepared;
}

}  // namespace salus::sign_in
