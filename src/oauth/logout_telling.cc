#include "oauth/logout_telling.h"

namespace salus::oauth {

identity::LogoutWish wish_of(Client const& client) noexcept {
    using identity::LogoutWish;
    if (client.backchannel_logout_uri.empty()) return LogoutWish::none;
    return client.backchannel_logout_session_required ? LogoutWish::session : LogoutWish::user;
}

identity::LogoutTelling logout_telling(TenantName const& tenant, ClientDirectory& clients,
                                       identity::WaitingLogouts& waiting) {
    auto wish = [&clients](ClientId const& id) -> Result<identity::LogoutWish> {
        SALUS_TRY(auto const client, clients.find(id.text()));
        return client ? wish_of(*client) : identity::LogoutWish::none;
    };
    return {.tenant = tenant, .wish_of = std::move(wish), .waiting = waiting};
}

}  // namespace salus::oauth
