#include "app/command_groups.h"

#include <CLI/CLI.hpp>

namespace salus::app {

void add_directory(CLI::App& command, std::filesystem::path& directory) {
    command.add_option("--dir", directory, "The instance's directory")
        ->default_val("demo")
        ->check(CLI::ExistingDirectory);
}

void add_administration(CLI::App& command, AdministrationOptions& options,
                        std::string const& key_option) {
    add_directory(command, options.directory);
    command.add_option("--tenant", options.tenant, "A tenant other than the first");
    command.add_option("--client", options.client, "client_id")->capture_default_str();
    command.add_option(key_option, options.key_file,
                       "The client's private key (JWK); the administrator's by default");
}

}  // namespace salus::app
