// Which client of a mirror may send which logs: the operator says so for each log. A file of lines,
// "KEY ORIGIN": base64 of the SHA-256 of the client's public key, and the log's origin.
// Thread safety: values.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::mirror {

class ClientLogs {
public:
    // Errc::corrupt: a line is none; one without an origin among them, which would be for any log.
    static Result<ClientLogs> from(std::string_view text);
    [[nodiscard]] std::string text() const;

    void add(crypto::Sha256Digest const& client, std::string origin);
    [[nodiscard]] bool allows(crypto::Sha256Digest const& client, std::string_view origin) const;
    // Whether any client may send it.
    [[nodiscard]] bool knows(std::string_view origin) const;
    // Of all clients, each once.
    [[nodiscard]] std::vector<crypto::Sha256Digest> clients() const;

private:
    std::map<std::string, std::set<crypto::Sha256Digest>, std::less<>> clients_;  // by origin
};

}  // namespace salus::mirror
