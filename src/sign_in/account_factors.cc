// What proves a person: password, one-time passwords, recovery codes.
#include <array>

#include "factors/password_weakness.h"
#include "factors/totp.h"
#include "sign_in/account.h"
#include "sign_in/account_pages.h"
#include "sign_in/screen.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

constexpr std::size_t kLongestAccountName = 64;  // factors::totp_uri

// What the application shows. A name that it cannot show does without.
Result<SecretBytes> uri_of(SecretBytes const& secret, identity::User const& user) {
    auto const& name = user.user_name;
    bool const fits = name.size() <= kLongestAccountName && name.find(':') == std::string::npos;
    return factors::totp_uri(secret, "Salus", fits ? std::string_view(name) : "account");
}

}  // namespace

// After a code everything that rests on what was before is void (N5), and the session goes on as
// what it was: it never proves more than the code did.
Result<request::Prepared> Account::changed(Visit const& visit, LiveSession live,
                                           audit::Event event) const {
    auto documents = desk_.documents();
    auto& user = live.user;
    bool const needs_codes = user->has_strong_factor() && !user->recovery_codes;
    auto prepared = go_to(visit, "/account");
    if (needs_codes) {
        auto made = factors::RecoveryCodes::make(desk_.random);
        user->recovery_codes = std::move(made.stored);
        prepared = show(visit, recovery_codes_page(visit, user.value, made.codes));
    }
    bool const by_code = live.session.value.assurance == identity::Assurance::recovery;
    if (by_code) ++user->generation;
    SALUS_TRY_VOID(save(documents, user, prepared));
    if (by_code) {
        SALUS_TRY_VOID(renew_alone(desk_, std::move(live), prepared));
    }
    visit.exchange().facts.event = event;
    return prepared;
}

Result<request::Prepared> Account::set_password(Visit const& visit, LiveSession live) const {
    auto const again = [&](Literal why, int status = 422) {
        return show(visit, password_page(visit, live.user.value, why, status));
    };
    auto const typed = visit.field("password");
    if (typed != visit.field("password-again")) return again(texts::kPasswordsDiffer);
    auto const prepared = factors::PreparedPassword::prepare(SecretBytes(bytes_of(typed)));
    if (!prepared) return again(texts::kPasswordRefused);
    std::array<std::string, 3> const context{live.user->user_name, live.user->display_name,
                                             desk_.tenant.public_url};
    SALUS_TRY(auto const weakness, factors::weakness_of(*prepared, context, desk_.breached));
    if (weakness) return again(texts::kPasswordCommon);
    auto const place = desk_.places.take();
    if (!place) return again(texts::kBusy, 503);
    SALUS_TRY(auto record, desk_.hashing().record_of(*prepared, desk_.random));
    live.user->password = identity::Password{.record = std::move(record), .changed = visit.now()};
    return changed(visit, std::move(live), audit::Event::password_changed);
}

Result<request::Prepared> Account::show_one_time_password(Visit const& visit,
                                                          LiveSession const& live,
                                                          Literal what_failed, int status) const {
    if (!live.user.value.password) return overview(visit, live, texts::kPasswordFirst, 409);
    SALUS_TRY(auto attempt, attempt_in_session(desk_, *visit.session()));
    bool const shown_before = !attempt->totp_secret.empty();
    if (!shown_before) attempt->totp_secret = factors::new_totp_secret(desk_.random);
    SALUS_TRY(auto const uri, uri_of(attempt->totp_secret, live.user.value));
    auto prepared = show(visit, totp_page(visit, uri, what_failed, status));
    if (!shown_before) {
        SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    }
    return prepared;
}

Result<request::Prepared> Account::set_one_time_password(Visit const& visit,
                                                         LiveSession live) const {
    SALUS_TRY(auto attempt, attempt_in_session(desk_, *visit.session()));
    if (attempt->totp_secret.empty() || !live.user->password)
        return go_to(visit, "/account/one-time-password");
    auto const step = factors::verify_totp(attempt->totp_secret, one_time_password_in(visit),
                                           visit.now(), std::nullopt);
    if (!step) return show_one_time_password(visit, live, texts::kCodeDidNotWork, 422);
    live.user->totp = identity::Totp{
        .secret = std::exchange(attempt->totp_secret, {}), .last_used = step, .added = visit.now()};
    SALUS_TRY(auto prepared, changed(visit, std::move(live), audit::Event::factor_added));
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    return prepared;
}

Result<request::Prepared> Account::remove_one_time_password(Visit const& visit,
                                                            LiveSession live) const {
    if (live.user->passkeys.empty()) return overview(visit, live, texts::kLastFactor, 409);
    live.user->totp.reset();
    return changed(visit, std::move(live), audit::Event::factor_removed);
}

Result<request::Prepared> Account::new_recovery_codes(Visit const& visit, LiveSession live) const {
    live.user->recovery_codes.reset();
    return changed(visit, std::move(live), audit::Event::factor_added);
}

}  // namespace salus::sign_in
