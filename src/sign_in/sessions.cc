#include "sign_in/sessions.h"

#include <array>

#include "foundation/sign_in_limits.h"
#include "identity/endings.h"
#include "identity/holdings.h"
#include "identity/known_device.h"
#include "identity/sign_in_attempt.h"
#include "oauth/browser.h"

namespace salus::sign_in {
namespace {

using identity::Session;
using identity::Stored;

struct Mark {
    std::string_view in_agent;
    std::string_view name;
};
// The first that occurs counts: most browsers call themselves by others' names, too.
constexpr std::array kBrowsers{Mark{"Edg/", "Edge"},          Mark{"OPR/", "Opera"},
                               Mark{"Firefox/", "Firefox"},   Mark{"Chrome/", "Chrome"},
                               Mark{"Chromium/", "Chromium"}, Mark{"Safari/", "Safari"}};
constexpr std::array kSystems{Mark{"Windows", "Windows"}, Mark{"iPhone", "iPhone"},
                              Mark{"iPad", "iPad"},       Mark{"Android", "Android"},
                              Mark{"Mac OS X", "Mac"},    Mark{"CrOS", "ChromeOS"},
                              Mark{"Linux", "Linux"}};

std::string_view first_mark(std::string_view agent, std::span<Mark const> marks) {
    for (auto const& mark : marks) {
        if (agent.find(mark.in_agent) != std::string_view::npos) return mark.name;
    }
    return {};
}

// The user's lists with this session, and without the oldest beyond the bound.
Result<void> list_session(Desk const& desk, identity::Documents& documents,
                          identity::User const& user, std::string const& session,
                          request::Prepared& prepared) {
    SALUS_TRY(auto holdings, identity::holdings_of(documents, user.id));
    identity::remove_id(holdings->sessions, session);
    SALUS_TRY(auto ended,
              identity::Endings(documents, desk.logouts)
                  .end_oldest_sessions(user.id, holdings.value, limits::kSessionsOfUser, prepared));
    forget_after_commit(desk, std::move(ended), prepared);
    identity::add_id(holdings->sessions, session);
    return documents.write(holdings, std::nullopt, prepared);
}

Result<void> remember_device(Desk const& desk, identity::Documents& documents, Visit const& visit,
                             UserId const& user, request::Prepared& prepared) {
    Stored<identity::KnownDevice> device;
    if (visit.device()) {
        SALUS_TRY(auto known, documents.read<identity::KnownDevice>(visit.device()->id));
        if (known && identity::matches(*visit.device(), known->value.secret))
            device = *std::move(known);
    }
    if (device.version == 0) {
        auto const cookie = identity::SecretId::make(desk.random);
        device.id = cookie.id;
        device->secret = cookie.hash();
        oauth::set_cookie(prepared.headers, desk.tenant, oauth::Cookie::device, cookie);
    }
    device->add(user);
    return documents.write(device, visit.now() + limits::kKnownDeviceLife, prepared);
}

// No id from before the sign-in counts after it: the half-done sign-in goes, and what waits for
// this browser waits under a new cookie.
Result<void> leave_former_browser(Desk const& desk, identity::Documents& documents,
                                  Visit const& visit, request::Prepared& prepared) {
    SALUS_TRY(auto const attempt, documents.read<identity::SignInAttempt>(visit.browser().id));
    if (attempt && identity::matches(visit.browser(), attempt->value.secret)) {
        SALUS_TRY_VOID(documents.remove(*attempt, prepared));
    }
    auto const renewed = identity::SecretId::make(desk.random);
    oauth::set_cookie(prepared.headers, desk.tenant, oauth::Cookie::browser, renewed);
    auto authorizations = desk.authorizations();
    SALUS_TRY(auto pending, authorizations.find(visit.authorization(), visit.browser()));
    if (!pending) return {};
    pending->value.browser = renewed.hash();
    return documents.write(*pending, pending->value.expires(), prepared);
}

}  // namespace

std::string browser_name(std::string_view user_agent) {
    auto const browser = first_mark(user_agent, kBrowsers);
    auto const system = first_mark(user_agent, kSystems);
    std::string name(browser.empty() ? "A browser" : browser);
    if (!system.empty()) name.append(" on ").append(system);
    return name;
}

Result<std::optional<LiveSession>> live_session(Desk const& desk, Visit const& visit) {
    auto documents = desk.documents();
    return identity::live_session(documents, visit.session(), visit.now());
}

Result<void> touch(Desk const& desk, Stored<Session> session, request::Prepared& prepared) {
    auto const now = desk.clock.now();
    if (now < session->used + limits::kSessionTouch) return {};
    session->used = now;
    return desk.documents().write(session, session->ends(), prepared);
}

Result<void> begin_session(Desk const& desk, Visit const& visit, identity::User const& user,
                           SignInProof proof, request::Prepared& prepared) {
    auto documents = desk.documents();
    auto cookie = identity::SecretId::make(desk.random);
    SALUS_TRY(auto former, identity::session_of(documents, visit.session()));
    if (former && former->value.user != user.id) {
        SALUS_TRY(auto ended, identity::Endings(documents, desk.logouts)
                                  .end_session(former->value.user, former->id, prepared));
        forget_after_commit(desk, std::move(ended), prepared);
        former.reset();
    }
    Stored<Session> session;
    if (former) session = *std::move(former);
    if (session.version == 0) session.id = cookie.id;
    cookie.id = session.id;
    session.value = Session{
        .user = user.id,
        .secret = cookie.hash(),
        .generation = user.generation,
        .assurance = proof.assurance,
        .provider_roles = std::move(proof.provider_roles),
        .authenticated = proof.authenticated.value_or(visit.now()),
        .began = visit.now(),
        .used = visit.now(),
        .browser = browser_name(visit.exchange().request.headers.get("User-Agent").value_or(""))};
    SALUS_TRY_VOID(documents.write(session, session->ends(), prepared));
    SALUS_TRY_VOID(list_session(desk, documents, user, session.id, prepared));
    SALUS_TRY_VOID(leave_former_browser(desk, documents, visit, prepared));
    SALUS_TRY_VOID(remember_device(desk, documents, visit, user.id, prepared));
    oauth::set_cookie(prepared.headers, desk.tenant, oauth::Cookie::session, cookie);
    auto& facts = visit.exchange().facts;
    facts.user = user.id;
    facts.event = audit::Event::signed_in;
    return {};
}

Result<void> renew_alone(Desk const& desk, LiveSession live, request::Prepared& prepared) {
    auto documents = desk.documents();
    auto cookie = identity::SecretId::make(desk.random);
    cookie.id = live.session.id;
    live.session->secret = cookie.hash();
    live.session->generation = live.user->generation;
    live.session->used = desk.clock.now();
    SALUS_TRY_VOID(documents.write(live.session, live.session->ends(), prepared));
    SALUS_TRY(auto ended, identity::Endings(documents, desk.logouts)
                              .end_all(live.user->id, live.session.id, prepared));
    forget_after_commit(desk, std::move(ended), prepared);
    oauth::set_cookie(prepared.headers, desk.tenant, oauth::Cookie::session, cookie);
    return {};
}

}  // namespace salus::sign_in
