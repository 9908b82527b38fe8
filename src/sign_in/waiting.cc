#include "sign_in/waiting.h"

#include "oauth/redirect_uri.h"

namespace salus::sign_in {

Result<std::optional<Waiting>> waiting_here(Desk const& desk, Visit const& visit) {
    if (visit.authorization().empty()) return std::optional<Waiting>();
    auto authorizations = desk.authorizations();
    SALUS_TRY(auto pending, authorizations.find(visit.authorization(), visit.browser()));
    if (!pending) return std::optional<Waiting>();
    SALUS_TRY(auto client, authorizations.client_of(*pending));
    if (!client) return std::optional<Waiting>();
    return std::optional(Waiting{*std::move(pending), std::move(client)});
}

pages::Powers powers_for(std::optional<Waiting> const& waiting) {
    pages::Powers powers{.script = true, .form_targets = {}};
    if (waiting) powers.form_targets = oauth::origin_of(waiting->pending->request.redirect_uri);
    return powers;
}

}  // namespace salus::sign_in
