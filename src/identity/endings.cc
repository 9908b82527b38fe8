#include "identity/endings.h"

#include <algorithm>

namespace salus::identity {
namespace {

Result<bool> remove_grant(Documents& documents, UserId const& user, std::string const& id,
                          request::Prepared& prepared) {
    SALUS_TRY(auto const grant, documents.read<Grant>(id));
    if (!grant || grant->value.user != user) return false;
    SALUS_TRY_VOID(documents.remove(*grant, prepared));
    return true;
}

}  // namespace

Result<Stored<UserHoldings>> holdings_of(Documents& documents, UserId const& user) {
    SALUS_TRY(auto known, documents.read<UserHoldings>(user.text()));
    return std::move(known).value_or(
        Stored<UserHoldings>{.value = {}, .id = user.text(), .version = 0});
}

Result<EndedNames> end_grant(Documents& documents, UserId const& user, std::string const& grant,
                             request::Prepared& prepared) {
    SALUS_TRY(bool const ended, remove_grant(documents, user, grant, prepared));
    if (!ended) return EndedNames();
    SALUS_TRY(auto holdings, holdings_of(documents, user));
    remove_id(holdings->grants, grant);
    SALUS_TRY_VOID(documents.write(holdings, std::nullopt, prepared));
    return EndedNames{grant};
}

Result<EndedNames> end_session(Documents& documents, UserId const& user, std::string const& session,
                               request::Prepared& prepared) {
    EndedNames ended;
    SALUS_TRY(auto const stored, documents.read<Session>(session));
    if (!stored || stored->value.user != user) return ended;
    SALUS_TRY_VOID(documents.remove(*stored, prepared));
    SALUS_TRY(auto holdings, holdings_of(documents, user));
    remove_id(holdings->sessions, session);
    for (auto const& id : holdings->grants) {
        SALUS_TRY(auto const grant, documents.read<Grant>(id));
        if (!grant || grant->value.session != session || grant->value.offline) continue;
        SALUS_TRY_VOID(documents.remove(*grant, prepared));
        ended.push_back(id);
    }
    for (auto const& id : ended) remove_id(holdings->grants, id);
    SALUS_TRY_VOID(documents.write(holdings, std::nullopt, prepared));
    return ended;
}

}  // namespace salus::identity
