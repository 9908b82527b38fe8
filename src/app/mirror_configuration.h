// The configuration of a mirror: DIR/mirror.toml, parsed once into checked types.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/configuration.h"

namespace salus::app {

struct MirrorConfiguration {
    ServerConfiguration server;  // address, port, certificate and its key
    CryptoConfiguration crypto;
    std::chrono::seconds silence{0};
    // Program and first arguments of what is started for each alarm; empty: nothing.
    std::vector<std::string> command;
};

// On failure `why` says which key and what is expected.
[[nodiscard]] std::optional<MirrorConfiguration> read_mirror_configuration(
    std::filesystem::path const& directory, std::string& why);
// The text of a new mirror's mirror.toml.
[[nodiscard]] std::string default_mirror_configuration(std::string const& address,
                                                       std::uint16_t port);
[[nodiscard]] std::filesystem::path mirror_configuration_file(
    std::filesystem::path const& directory);

}  // namespace salus::app
