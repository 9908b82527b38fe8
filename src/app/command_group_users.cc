#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {
namespace {

void add_rights(CLI::App& command, UserOptions& options, bool is_new) {
    command.add_option("--name", options.display_name, "Name for people");
    auto* scope = command.add_option("--scope", options.scope,
                                     "The most that apps can do in their name: SMART scopes");
    auto* purpose = command.add_option("--purpose", options.purposes,
                                       "Purposes of use; the first is the default");
    auto* role =
        command.add_option("--role", options.roles, "What they are here: nurse; repeatable");
    auto* location =
        command.add_option("--location", options.locations,
                           "Where they work: Location/[id], Organization/[id]; repeatable");
    command.add_option("--fhir-user", options.fhir_user, "Who they are: Practitioner/[id]");
    command.add_option("--patient", options.patient, "The Patient that they are, by id");
    auto* subject = command.add_option("--provider-subject", options.provider_subject,
                                       "Who they are at the outside OpenID provider: its `sub`");
    if (is_new) {
        scope->required();
        purpose->required();
    } else {
        command.add_flag("--no-roles", options.no_roles, "No role any more")->excludes(role);
        command.add_flag("--no-locations", options.no_locations, "Nowhere in particular any more")
            ->excludes(location);
        command
            .add_flag("--no-provider-subject", options.no_provider_subject, "Nobody there any more")
            ->excludes(subject);
    }
}

}  // namespace

void describe_users(CLI::App& app, UserOptions& options, int& code) {
    auto* user = app.add_subcommand("user", "People who sign in");
    user->require_subcommand(1);
    struct Command {
        char const* name;
        char const* description;
        int (*run)(UserOptions const&);
    };
    constexpr std::array kCommands{
        Command{"add", "Add a user; prints the code that they enrol with", user_add},
        Command{"list", "Name all users", user_list},
        Command{"change", "Change what may be done in their name", user_change},
        Command{"disable", "End everything in their name", user_disable},
        Command{"enable", "Let them sign in again", user_enable},
        Command{"enrol", "Take every factor away; prints a new code", user_enrol},
        Command{"sign-out", "End their sessions and what apps got from them", user_sign_out}};
    for (auto const& each : kCommands) {
        auto* command = user->add_subcommand(each.name, each.description);
        add_administration(*command, options.administration);
        std::string_view const name = each.name;
        if (name != "list")
            command->add_option("USER", options.name, "As they sign in")->required();
        if (name == "add" || name == "change") add_rights(*command, options, name == "add");
        command->callback([&options, &code, run = each.run] { code = run(options); });
    }
}

}  // namespace salus::app
