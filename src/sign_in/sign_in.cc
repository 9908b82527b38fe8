#include "sign_in/sign_in.h"

#include "sign_in/sign_in_pages.h"
#include "sign_in/texts.h"

namespace salus::sign_in {

Result<request::Prepared> SignIn::answer(request::Exchange& exchange) const {
    SALUS_TRY(auto const visit, Visit::of(exchange, desk_.random, desk_.clock.now()));
    if (visit.posts()) {
        SALUS_TRY_VOID(visit.check_form());
        return by_form(visit);
    }
    auto const& place = visit.place();
    if (place.empty()) return proceed(visit);
    if (place == "one-time-password") return ask_one_time_password(visit, {}, 200);
    if (place == "code") return ask_code(visit, {}, 200);
    if (place == "provider") return take_provider(visit);
    return fail(Errc::not_found, "There is no such page.");
}

Result<request::Prepared> SignIn::by_form(Visit const& visit) const {
    auto const& place = visit.place();
    if (place == "password") return take_password(visit);
    if (place == "one-time-password") return take_one_time_password(visit);
    if (place == "code") return take_code(visit);
    if (place == "passkey/options") return begin_passkey(visit);
    if (place == "passkey") return take_passkey(visit);
    if (place == "provider") return begin_provider(visit);
    if (place == "consent") return take_consent(visit);
    if (place == "patient") return take_patient(visit);
    return fail(Errc::not_found, "There is no such page.");
}

Result<request::Prepared> SignIn::proceed(Visit const& visit) const {
    SALUS_TRY(auto waiting, waiting_here(desk_, visit));
    if (!visit.authorization().empty() && !waiting) return show(visit, over_page(visit));
    SALUS_TRY(auto live, live_session(desk_, visit));
    if (live) visit.exchange().facts.user = live->user->id;
    if (waiting) return authorize(visit, *std::move(waiting), std::move(live));
    // Asked for by /account, where a session is too old for what somebody wants to do.
    bool const again = visit.field("again") == "1";
    if (live && !again) return go_to(visit, "/account");
    return show(
        visit,
        sign_in_page({.visit = visit, .provider = desk_.provider(), .confirm = live.has_value()}));
}

Result<request::Prepared> SignIn::ask_to_sign_in(Visit const& visit, Literal what_failed,
                                                 int status) const {
    SALUS_TRY(auto const waiting, waiting_here(desk_, visit));
    return show(visit, sign_in_page({.visit = visit,
                                     .waiting = waiting ? &*waiting : nullptr,
                                     .provider = desk_.provider(),
                                     .what_failed = what_failed,
                                     .status = status}));
}

}  // namespace salus::sign_in
