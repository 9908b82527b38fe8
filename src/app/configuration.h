// The instance's configuration: DIR/salus.toml, parsed once into checked types. An unknown key, a
// value out of range or a secret by value refuses to start, with the key's name (KEY-4).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "authorization/policy.h"
#include "foundation/log.h"

namespace salus::app {

struct ServerConfiguration {
    std::string address;  // "localhost": both loopback addresses
    std::uint16_t port = 0;
    std::string public_url;    // what clients call: issuer, audience and links begin with it
    unsigned event_loops = 0;  // 0: one per core
    unsigned workers = 0;      // 0: one per core
    std::filesystem::path certificate;
    std::filesystem::path certificate_key;
};

struct Configuration {
    std::filesystem::path directory;  // of the instance; relative paths in the file start here
    std::string realm;                // random id of the instance, bound into every ciphertext
    ServerConfiguration server;
    std::string passphrase;           // a reference: file:PATH or credential:NAME
    std::vector<TenantName> tenants;  // the default tenant first
    std::size_t index_cache_bytes = 0;
    LogLevel log_level = LogLevel::info;
    authorization::Policy policy;
};

// On failure `why` says which key and what is expected: the file is the operator's, not ePHI.
[[nodiscard]] std::optional<Configuration> read_configuration(
    std::filesystem::path const& directory, std::string& why);
// The text of a new instance's salus.toml: every key, its default and its reason.
[[nodiscard]] std::string default_configuration(std::string const& realm, std::uint16_t port);

}  // namespace salus::app
