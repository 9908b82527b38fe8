#include "sign_in/desk.h"

namespace salus::sign_in {

std::optional<factors::webauthn::RelyingParty> relying_party(request::Tenant const& tenant) {
    std::string_view url = tenant.public_url;
    auto const scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    auto const end = std::min(url.find('/', scheme + 3), url.size());
    auto const origin = std::string(url.substr(0, end));
    auto const authority = url.substr(scheme + 3, end - scheme - 3);
    auto const host = std::string(authority.substr(0, authority.rfind(':')));
    auto party = factors::webauthn::RelyingParty::make(host, "Salus", {origin});
    if (!party) return std::nullopt;
    return *std::move(party);
}

void forget_after_commit(Desk const& desk, std::vector<std::string> names,
                         request::Prepared& prepared) {
    if (names.empty()) return;
    identity::add_after_commit(prepared, [&guards = desk.guards, names = std::move(names)] {
        for (auto const& name : names) guards.revocations.add(name);
    });
}

}  // namespace salus::sign_in
