// A person's passkeys: added, named, removed (WA1, WA2, WA4).
#include <algorithm>

#include "factors/webauthn/registration.h"
#include "foundation/factor_limits.h"
#include "foundation/sign_in_limits.h"
#include "identity/enrolment.h"
#include "json/escape.h"
#include "oauth/answers.h"
#include "sign_in/account.h"
#include "sign_in/account_pages.h"
#include "sign_in/screen.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

namespace webauthn = factors::webauthn;

constexpr std::size_t kLongestShownName = 64;  // webauthn::RegisteringUser

// Cut where a character ends.
std::string shown_name(std::string_view name) {
    auto end = std::min(name.size(), kLongestShownName);
    while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U)
        --end;
    return std::string(name.substr(0, end));
}

Result<webauthn::RegistrationCeremony> ceremony_of(Desk const& desk) {
    auto party = relying_party(desk.tenant);
    if (!party) return fail(Errc::not_supported, "Passkeys are not offered at this address.");
    webauthn::RegistrationPolicy policy;
    policy.discoverable = webauthn::Discoverable::required;
    return webauthn::RegistrationCeremony(*std::move(party), std::move(policy));
}

std::vector<webauthn::Credential> credentials_of(identity::User const& user) {
    std::vector<webauthn::Credential> all;
    all.reserve(user.passkeys.size());
    for (auto const& passkey : user.passkeys) all.push_back(passkey.credential);
    return all;
}

Result<webauthn::Credential> registered(Desk const& desk, Visit const& visit, Bytes const& state) {
    SALUS_TRY(auto const ceremony, ceremony_of(desk));
    if (state.empty()) return fail(Errc::unauthenticated, "no ceremony was begun here");
    SALUS_TRY(auto begun, webauthn::RegistrationState::from_bytes(state));
    SALUS_TRY(auto const response, webauthn::RegistrationResponse::parse(visit.field("answer")));
    return ceremony.finish(std::move(begun), response, visit.session()->text(), visit.now());
}

auto find(identity::User& user, std::string_view id) {
    return std::ranges::find_if(user.passkeys, [&](auto const& passkey) {
        return to_base64url(passkey.credential.id) == id;
    });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= limits::kPasskeyNameBytes && json::is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

Result<request::Prepared> Account::begin_passkey(Visit const& visit,
                                                 LiveSession const& live) const {
    auto const& user = live.user.value;
    SALUS_TRY(auto const ceremony, ceremony_of(desk_));
    webauthn::RegisteringUser const owner{.handle = from_hex(user.id.text()).value_or(Bytes()),
                                          .name = shown_name(user.user_name),
                                          .display_name = shown_name(user.display_name)};
    SALUS_TRY(auto const started,
              ceremony.start(owner, credentials_of(user), visit.session()->text(), visit.now(),
                             desk_.random));
    SALUS_TRY(auto attempt, attempt_in_session(desk_, *visit.session()));
    attempt->ceremony = started.state.to_bytes();
    auto prepared = oauth::json_answer(started.options);
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    return prepared;
}

Result<request::Prepared> Account::add_passkey(Visit const& visit, LiveSession live) const {
    auto documents = desk_.documents();
    SALUS_TRY(auto attempt, attempt_in_session(desk_, *visit.session()));
    auto const state = std::exchange(attempt->ceremony, {});
    auto credential = registered(desk_, visit, state);
    bool fresh = credential.has_value();
    std::string id;
    if (fresh) {
        id = to_base64url(credential->id);
        SALUS_TRY(auto const owner, documents.read<identity::PasskeyOwner>(id));
        fresh = !owner;
    }
    if (!fresh) {
        SALUS_TRY(auto page, overview(visit, live, texts::kPasskeyDidNotWork, 422));
        SALUS_TRY_VOID(keep(desk_, attempt, page));
        return page;
    }
    auto const& user = live.user->id;
    identity::Stored<identity::PasskeyOwner> const owner{.value = {user}, .id = id, .version = 0};
    live.user->passkeys.push_back({.credential = *std::move(credential),
                                   .name = "Passkey " +
                                           std::to_string(live.user->passkeys.size() + 1) + ", " +
                                           live.session.value.browser,
                                   .added = visit.now(),
                                   .used = visit.now()});
    SALUS_TRY(auto prepared, changed(visit, std::move(live), audit::Event::factor_added));
    SALUS_TRY_VOID(documents.write(owner, std::nullopt, prepared));
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    return prepared;
}

Result<request::Prepared> Account::remove_passkey(Visit const& visit, LiveSession live) const {
    auto const found = find(live.user.value, visit.field("passkey"));
    if (found == live.user->passkeys.end()) return go_to(visit, "/account");
    auto documents = desk_.documents();
    auto removed = std::move(*found);
    live.user->passkeys.erase(found);
    if (!live.user->has_strong_factor()) {
        live.user->passkeys.push_back(std::move(removed));
        return overview(visit, live, texts::kLastFactor, 409);
    }
    SALUS_TRY(auto prepared, changed(visit, std::move(live), audit::Event::factor_removed));
    SALUS_TRY_VOID(identity::disown(documents, removed, prepared));
    return prepared;
}

Result<request::Prepared> Account::rename_passkey(Visit const& visit, LiveSession live) const {
    auto const name = visit.field("name");
    auto const found = find(live.user.value, visit.field("passkey"));
    bool const possible = found != live.user->passkeys.end() && is_name(name);
    if (!possible) return overview(visit, live, "That is no name for a passkey.", 422);
    found->name = name;
    auto prepared = go_to(visit, "/account");
    auto documents = desk_.documents();
    SALUS_TRY_VOID(save(documents, live.user, prepared));
    return prepared;
}

}  // namespace salus::sign_in
