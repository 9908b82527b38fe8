#include "mirror/client_logs.h"

#include <algorithm>

#include "foundation/bytes.h"

namespace salus::mirror {

Result<ClientLogs> ClientLogs::from(std::string_view text) {
    ClientLogs logs;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        auto const space = line.find(' ');
        auto const bytes = from_base64(line.substr(0, space));
        crypto::Sha256Digest client{};
        bool const is_whole = space != std::string_view::npos && space + 1 < line.size() && bytes &&
                              bytes->size() == client.size();
        if (!is_whole) return fail(Errc::corrupt, "the list of clients and their logs is damaged");
        std::ranges::copy(*bytes, client.begin());
        logs.add(client, std::string(line.substr(space + 1)));
    }
    return logs;
}

std::string ClientLogs::text() const {
    std::string text;
    for (auto const& [origin, clients] : clients_) {
        for (auto const& client : clients) {
            text.append(to_base64(client)).append(" ").append(origin).append("\n");
        }
    }
    return text;
}

void ClientLogs::add(crypto::Sha256Digest const& client, std::string origin) {
    clients_[std::move(origin)].insert(client);
}

bool ClientLogs::allows(crypto::Sha256Digest const& client, std::string_view origin) const {
    auto const found = clients_.find(origin);
    return found != clients_.end() && found->second.contains(client);
}

bool ClientLogs::knows(std::string_view origin) const {
    return clients_.contains(origin);
}

std::vector<crypto::Sha256Digest> ClientLogs::clients() const {
    std::set<crypto::Sha256Digest> all;
    for (auto const& [origin, clients] : clients_) all.insert(clients.begin(), clients.end());
    return {all.begin(), all.end()};
}

}  // namespace salus::mirror
