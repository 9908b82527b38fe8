#include "identity/endings.h"

#include <utility>

namespace salus::identity {
namespace {

// The grant, if it is there and this user's.
Result<std::optional<Stored<Grant>>> grant_of(Documents& documents, UserId const& user,
                                              std::string const& id) {
    SALUS_TRY(auto grant, documents.read<Grant>(id));
    if (grant && grant->value.user != user) grant.reset();
    return grant;
}

Result<EndedNames> remove_grant(Documents& documents, Stored<Grant> const& grant,
                                request::Prepared& prepared) {
    SALUS_TRY_VOID(documents.remove(grant, prepared));
    SALUS_TRY(auto holdings, holdings_of(documents, grant.value.user));
    remove_id(holdings->grants, grant.id);
    SALUS_TRY_VOID(documents.write(holdings, std::nullopt, prepared));
    return EndedNames{grant.id};
}

}  // namespace

Result<Stored<UserHoldings>> holdings_of(Documents& documents, UserId const& user) {
    SALUS_TRY(auto known, documents.read<UserHoldings>(user.text()));
    return std::move(known).value_or(
        Stored<UserHoldings>{.value = {}, .id = user.text(), .version = 0});
}

Result<EndedNames> end_grant(Documents& documents, UserId const& user, std::string const& grant,
                             request::Prepared& prepared) {
    SALUS_TRY(auto const stored, grant_of(documents, user, grant));
    if (!stored) return EndedNames();
    return remove_grant(documents, *stored, prepared);
}

void add_after_commit(request::Prepared& prepared, std::function<void()> call) {
    prepared.after_commit = [before = std::move(prepared.after_commit), call = std::move(call)] {
        if (before) before();
        call();
    };
}

Result<EndedNames> Endings::withdraw_grant(UserId const& user, std::string const& grant,
                                           request::Prepared& prepared) {
    SALUS_TRY(auto const stored, grant_of(documents_, user, grant));
    if (!stored) return EndedNames();
    SALUS_TRY(auto const wish, wish_of(stored->value));
    if (wish != LogoutWish::none) note(stored->value, LogoutWish::session);
    SALUS_TRY_VOID(write_notices(user, prepared));
    return remove_grant(documents_, *stored, prepared);
}

Result<EndedNames> Endings::end_session(UserId const& user, std::string const& session,
                                        request::Prepared& prepared) {
    EndedNames ended;
    SALUS_TRY(auto const stored, documents_.read<Session>(session));
    if (!stored || stored->value.user != user) return ended;
    SALUS_TRY_VOID(documents_.remove(*stored, prepared));
    SALUS_TRY(auto holdings, holdings_of(documents_, user));
    SALUS_TRY_VOID(drop_session(user, holdings.value, session, ended, prepared));
    SALUS_TRY_VOID(documents_.write(holdings, std::nullopt, prepared));
    SALUS_TRY_VOID(write_notices(user, prepared));
    return ended;
}

Result<EndedNames> Endings::end_oldest_sessions(UserId const& user, UserHoldings& holdings,
                                                std::size_t most, request::Prepared& prepared) {
    EndedNames ended;
    while (holdings.sessions.size() >= most && !holdings.sessions.empty()) {
        auto const oldest = holdings.sessions.front();
        SALUS_TRY(auto const stored, documents_.read<Session>(oldest));
        if (stored) {
            SALUS_TRY_VOID(documents_.remove(*stored, prepared));
        }
        SALUS_TRY_VOID(drop_session(user, holdings, oldest, ended, prepared));
    }
    SALUS_TRY_VOID(write_notices(user, prepared));
    return ended;
}

Result<EndedNames> Endings::end_all(UserId const& user, std::string const& kept,
                                    request::Prepared& prepared) {
    SALUS_TRY(auto holdings, holdings_of(documents_, user));
    for (auto const& id : holdings->grants) {
        SALUS_TRY(auto const grant, grant_of(documents_, user, id));
        if (!grant) continue;
        SALUS_TRY(auto const wish, wish_of(grant->value));
        note(grant->value, wish);
    }
    UserHoldings left;
    if (!kept.empty()) left.sessions = {kept};
    if (left.sessions != holdings->sessions || !holdings->grants.empty()) {
        holdings.value = std::move(left);
        SALUS_TRY_VOID(documents_.write(holdings, std::nullopt, prepared));
    }
    SALUS_TRY_VOID(write_notices(user, prepared));
    return EndedNames{user.text()};
}

// The session's document is the caller's to remove.
Result<void> Endings::drop_session(UserId const& user, UserHoldings& holdings,
                                   std::string const& session, EndedNames& ended,
                                   request::Prepared& prepared) {
    remove_id(holdings.sessions, session);
    for (auto const& id : std::vector(holdings.grants)) {
        SALUS_TRY(auto const grant, grant_of(documents_, user, id));
        if (!grant || grant->value.session != session) continue;
        SALUS_TRY(auto const wish, wish_of(grant->value));
        if (wish != LogoutWish::none) note(grant->value, LogoutWish::session);
        if (grant->value.offline) continue;
        SALUS_TRY_VOID(documents_.remove(*grant, prepared));
        remove_id(holdings.grants, id);
        ended.push_back(id);
    }
    return {};
}

Result<LogoutWish> Endings::wish_of(Grant const& grant) const {
    if (!grant.scope.words.has(request::ScopeWord::openid)) return LogoutWish::none;
    return telling_.wish_of(grant.client);
}

void Endings::note(Grant const& grant, LogoutWish how) {
    if (how == LogoutWish::none) return;
    notices_.add({.client = grant.client,
                  .session = how == LogoutWish::session ? grant.session : std::string(),
                  .ended = documents_.now()});
}

Result<void> Endings::write_notices(UserId const& user, request::Prepared& prepared) {
    auto const notices = std::exchange(notices_, {});
    if (notices.waiting.empty()) return {};
    SALUS_TRY(auto known, documents_.read<LogoutNotices>(user.text()));
    auto all = std::move(known).value_or(
        Stored<LogoutNotices>{.value = {}, .id = user.text(), .version = 0});
    for (auto const& notice : notices.waiting) all->add(notice);
    SALUS_TRY_VOID(documents_.write(all, std::nullopt, prepared));
    add_after_commit(prepared, [&waiting = telling_.waiting, tenant = telling_.tenant, user] {
        waiting.add(tenant, user);
    });
    return {};
}

}  // namespace salus::identity
