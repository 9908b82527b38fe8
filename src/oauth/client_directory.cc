#include "oauth/client_directory.h"

#include "foundation/oauth_limits.h"

namespace salus::oauth {

Result<ClientPointer> ClientDirectory::find(std::string_view id) {
    if (!is_client_id(id)) return ClientPointer();
    std::string key(id);
    SALUS_TRY(auto const current, records_.current(kClientType, id));
    if (!current || current->state != store::VersionState::live) {
        known_.erase(key);
        return ClientPointer();
    }
    if (auto const found = known_.find(key);
        found != known_.end() && found->second.version == current->version) {
        return found->second.client;
    }
    SALUS_TRY(auto stored, read_client(records_, id));
    if (!stored) return ClientPointer();
    auto const version = stored->version;
    SALUS_TRY(auto client, client_in(*std::move(stored), parser_));
    // Full: start over rather than grow.
    if (known_.size() >= limits::kClientsRemembered) known_.clear();
    auto& known = known_[std::move(key)];
    known = {version, std::make_shared<Client const>(std::move(client))};
    return known.client;
}

}  // namespace salus::oauth
