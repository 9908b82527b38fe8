#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {

void describe_policy_changes(CLI::App& policy, PolicyChangeOptions& options, int& code) {
    struct Command {
        char const* name;
        char const* description;
        int (*run)(PolicyChangeOptions const&);
    };
    constexpr std::array kCommands{
        Command{"propose", "Propose a folder of policies as the next version", policy_propose},
        Command{"versions", "Name all versions", policy_versions},
        Command{"version", "The text of a version", policy_version},
        Command{"replay", "What it would decide otherwise of past requests", policy_replay},
        Command{"approve", "As a second person", policy_approve},
        Command{"activate", "Put an approved version in force", policy_activate},
        Command{"withdraw", "End a version that was not activated", policy_withdraw}};
    for (auto const& each : kCommands) {
        auto* command = policy.add_subcommand(each.name, each.description);
        add_administration(*command, options.administration);
        command->add_option("--token-file", options.administration.token_file,
                            "An access token instead, of a person: by the client that they use");
        std::string_view const name = each.name;
        if (name == "propose") {
            command->add_option("FOLDER", options.folder, "*.cedar, facts.json, tests/*.json")
                ->required()
                ->check(CLI::ExistingDirectory);
            command->add_option("--reason", options.reason, "Why, for who approves")->required();
        } else if (name == "versions") {
            command->add_flag("--json", options.json, "For machines");
        } else {
            command->add_option("VERSION", options.version, "Its number")
                ->required()
                ->check(CLI::PositiveNumber);
        }
        if (name == "replay")
            command->add_option("--days", options.days, "Back from now")->capture_default_str();
        command->callback([&options, &code, run = each.run] { code = run(options); });
    }
}

}  // namespace salus::app
