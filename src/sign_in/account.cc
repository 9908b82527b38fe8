#include "sign_in/account.h"

#include <algorithm>
#include <tuple>

#include "foundation/sign_in_limits.h"
#include "identity/endings.h"
#include "identity/holdings.h"
#include "oauth/browser.h"
#include "oauth/client_directory.h"
#include "sign_in/account_pages.h"
#include "sign_in/scope_words.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

Result<std::vector<SessionLine>> session_lines(identity::Documents& documents,
                                               identity::UserHoldings const& holdings,
                                               LiveSession const& live) {
    std::vector<SessionLine> lines;
    for (auto const& id : holdings.sessions) {
        SALUS_TRY(auto session, documents.read<identity::Session>(id));
        bool const stands = session && identity::is_live(session->value, live.user.value.generation,
                                                         documents.now());
        if (stands) {
            lines.push_back(
                {.id = id, .session = std::move(session->value), .present = id == live.session.id});
        }
    }
    // This one, then those that were used last.
    std::ranges::sort(lines, [](SessionLine const& left, SessionLine const& right) {
        return std::tie(left.present, left.session.used) >
               std::tie(right.present, right.session.used);
    });
    return lines;
}

Result<std::vector<AppLine>> app_lines(Desk const& desk, identity::Documents& documents,
                                       identity::UserHoldings const& holdings,
                                       LiveSession const& live) {
    std::vector<AppLine> lines;
    for (auto const& id : holdings.grants) {
        SALUS_TRY(auto grant, documents.read<identity::Grant>(id));
        auto const now = documents.now();
        bool const stands = grant && grant->value.generation == live.user.value.generation &&
                            !grant->value.is_over(now) && !grant->value.is_dated_ahead(now);
        if (!stands) continue;
        SALUS_TRY(auto const client, desk.clients.find(grant->value.client.text()));
        lines.push_back({.id = id,
                         .client = client ? client->name : "An app that is gone",
                         .grant = std::move(grant->value)});
    }
    return lines;
}

request::Prepared again_first(Visit const& visit) {
    return oauth::see_other(visit.tenant().path + "/sign-in?again=1");
}

}  // namespace

FactorRight factor_right(identity::Session const& session, WallTime now) noexcept {
    if (session.assurance == identity::Assurance::recovery) return FactorRight::enrol;
    bool const strong = identity::satisfies(session.assurance, identity::Assurance::multi_factor);
    bool const fresh = now - session.authenticated <= limits::kFactorChangeWindow;
    return strong && fresh ? FactorRight::all : FactorRight::none;
}

Result<request::Prepared> Account::answer(request::Exchange& exchange) const {
    SALUS_TRY(auto const visit, Visit::of(exchange, desk_.random, desk_.clock.now()));
    if (visit.posts()) {
        SALUS_TRY_VOID(visit.check_form());
    }
    SALUS_TRY(auto live, live_session(desk_, visit));
    if (!live) return go_to(visit, "/sign-in");
    exchange.facts.user = live->user->id;
    if (visit.posts()) return by_form(visit, *std::move(live));
    auto const& place = visit.place();
    if (place.empty()) return overview(visit, *live, {}, 200);
    bool const enrols = place == "password" || place == "one-time-password";
    if (!enrols) return fail(Errc::not_found, "There is no such page.");
    if (factor_right(live->session.value, visit.now()) == FactorRight::none)
        return again_first(visit);
    if (place == "password") return show(visit, password_page(visit, live->user.value, {}, 200));
    return show_one_time_password(visit, *live, {}, 200);
}

Result<request::Prepared> Account::by_form(Visit const& visit, LiveSession live) const {
    auto const& place = visit.place();
    if (place == "sign-out") return sign_out(visit, live);
    // After a code one may enrol, and nothing else (RE1).
    auto const right = factor_right(live.session.value, visit.now());
    bool const by_code = right == FactorRight::enrol;
    if (place == "session/end" && !by_code) return end_session(visit, live);
    if (place == "sessions/end" && !by_code) return end_all_sessions(visit, std::move(live));
    if (place == "app/end" && !by_code) return end_app(visit, live);
    if (place == "passkey/rename" && !by_code) return rename_passkey(visit, std::move(live));
    if (right == FactorRight::none) return again_first(visit);
    if (place.ends_with("/remove") || place == "recovery-codes") {
        if (by_code)
            return overview(visit, live, "Sign in with a passkey or both passwords first.", 403);
        return remove_factors(visit, std::move(live));
    }
    return change_factors(visit, std::move(live));
}

Result<request::Prepared> Account::change_factors(Visit const& visit, LiveSession live) const {
    auto const& place = visit.place();
    if (place == "password") return set_password(visit, std::move(live));
    if (place == "one-time-password") return set_one_time_password(visit, std::move(live));
    if (place == "passkey/options") return begin_passkey(visit, live);
    if (place == "passkey") return add_passkey(visit, std::move(live));
    return fail(Errc::not_found, "There is no such page.");
}

Result<request::Prepared> Account::remove_factors(Visit const& visit, LiveSession live) const {
    auto const& place = visit.place();
    if (place == "recovery-codes") return new_recovery_codes(visit, std::move(live));
    if (place == "one-time-password/remove")
        return remove_one_time_password(visit, std::move(live));
    if (place == "passkey/remove") return remove_passkey(visit, std::move(live));
    return fail(Errc::not_found, "There is no such page.");
}

Result<request::Prepared> Account::overview(Visit const& visit, LiveSession const& live,
                                            Literal what_failed, int status) const {
    auto documents = desk_.documents();
    auto const& user = live.user.value;
    SALUS_TRY(auto const stored, documents.read<identity::UserHoldings>(user.id.text()));
    auto const holdings = stored ? stored->value : identity::UserHoldings();
    SALUS_TRY(auto const sessions, session_lines(documents, holdings, live));
    SALUS_TRY(auto const apps, app_lines(desk_, documents, holdings, live));
    auto prepared =
        show(visit,
             account_page({.visit = visit,
                           .user = user,
                           .by_code = live.session.value.assurance == identity::Assurance::recovery,
                           .sessions = sessions,
                           .apps = apps,
                           .what_failed = what_failed,
                           .status = status}));
    SALUS_TRY_VOID(touch(desk_, live.session, prepared));
    return prepared;
}

Result<request::Prepared> Account::end_session(Visit const& visit, LiveSession const& live) const {
    auto const id = visit.field("session");
    if (id == live.session.id) return sign_out(visit, live);
    auto prepared = go_to(visit, "/account");
    auto documents = desk_.documents();
    SALUS_TRY(
        auto ended,
        identity::Endings(documents, desk_.logouts).end_session(live.user.value.id, id, prepared));
    forget_after_commit(desk_, std::move(ended), prepared);
    visit.exchange().facts.event = audit::Event::session_ended;
    return prepared;
}

Result<request::Prepared> Account::end_all_sessions(Visit const& visit, LiveSession live) const {
    auto prepared = go_to(visit, "/account");
    auto documents = desk_.documents();
    ++live.user->generation;
    SALUS_TRY_VOID(save(documents, live.user, prepared));
    SALUS_TRY_VOID(renew_alone(desk_, std::move(live), prepared));
    visit.exchange().facts.event = audit::Event::session_ended;
    return prepared;
}

Result<request::Prepared> Account::end_app(Visit const& visit, LiveSession const& live) const {
    auto prepared = go_to(visit, "/account");
    auto documents = desk_.documents();
    SALUS_TRY(auto ended, identity::Endings(documents, desk_.logouts)
                              .withdraw_grant(live.user.value.id, visit.field("app"), prepared));
    forget_after_commit(desk_, std::move(ended), prepared);
    visit.exchange().facts.event = audit::Event::grant_revoked;
    return prepared;
}

Result<request::Prepared> Account::sign_out(Visit const& visit, LiveSession const& live) const {
    auto prepared = go_to(visit, "/sign-in");
    auto documents = desk_.documents();
    SALUS_TRY(auto ended, identity::Endings(documents, desk_.logouts)
                              .end_session(live.user.value.id, live.session.id, prepared));
    forget_after_commit(desk_, std::move(ended), prepared);
    oauth::remove_cookie(prepared.headers, desk_.tenant, oauth::Cookie::session);
    visit.exchange().facts.event = audit::Event::signed_out;
    return prepared;
}

}  // namespace salus::sign_in
