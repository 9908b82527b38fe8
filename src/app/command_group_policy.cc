#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {
namespace {

void describe_who(CLI::App& command, PolicyOptions& options) {
    auto* who = command.add_option_group("who", "Whom the question is about");
    who->add_option("--for-user", options.user, "A user, as they sign in");
    who->add_option("--for-client", options.client, "A client that acts for itself: client_id");
    who->add_flag("--for-person", options.person, "A person who is not stored");
    who->add_flag("--for-service", options.service, "A service that is not stored");
    who->require_option(1);
    command.add_option("--role", options.roles, "What they are here, beside what is stored");
    command.add_option("--works-at", options.works_at,
                       "Where they work, beside what is stored: Location/[id], Organization/[id]");
    command.add_option("--scope", options.scope, "Of the token; all that it may have by default");
    command.add_option("--purpose", options.purpose, "Purpose of use; their own by default");
    command.add_option("--acr", options.acr, "How the person signed in: phr (the default), mfa");
    command
        .add_option("--auth-age", options.auth_age,
                    "Seconds since the person signed in, 0 if not said")
        ->check(CLI::NonNegativeNumber);
    command.add_flag("--care", options.care, "They take part in the patient's care");
    command.add_flag("--at-work", options.at_work,
                     "Internal network, managed and encrypted device, noon of a Wednesday");
    command.add_option("--network", options.network, "internal, allowed, other or denied");
    command.add_flag("--emergency", options.emergency,
                     "The person declared one for the patient (purpose ETREAT)");
}

void describe_what(CLI::App& command, PolicyOptions& options) {
    command.add_option("INTERACTION", options.interaction,
                       "read, search, create, update, delete, ...");
    command.add_option("TYPE", options.type, "A resource type");
    command.add_flag("--own", options.own, "On the asker's own record");
    command.add_option("--at-location", options.locations,
                       "Where the record belongs: Location/[id], Organization/[id]; repeatable");
    auto* function =
        command.add_option("--function", options.function, "Instead: users, clients, keys, ...");
    command.add_option("--access", options.access, "To the function: read or write")
        ->needs(function);
    command.add_flag("--json", options.json, "For machines");
}

void describe_folder(CLI::App& policy, std::filesystem::path& folder, int& code) {
    auto const describe = [&](char const* name, char const* what,
                              int (*command)(std::filesystem::path const&)) {
        auto* described = policy.add_subcommand(name, what);
        described->add_option("DIR", folder, "Folder with *.cedar")
            ->required()
            ->check(CLI::ExistingDirectory);
        described->callback([&folder, &code, command] { code = command(folder); });
    };
    describe("validate", "Hold a folder's policy to the grammar and the schema, offline",
             policy_validate);
    describe("test", "And to its decision tables: facts.json, tests/*.json", policy_test);
}

}  // namespace

void describe_policy(CLI::App& app, PolicyGroup& group, int& code) {
    auto& options = group.questions;
    auto* policy = app.add_subcommand("policy", "Questions about the policy, and its changes");
    policy->require_subcommand(1);
    auto* show = policy->add_subcommand("show", "The policy in force: hash, number of rules, text");
    show->add_flag("--json", options.json, "For machines");
    show->callback([&] { code = policy_show(options); });
    auto* document = policy->add_subcommand(
        "document", "What it opens, for each role and purpose, as Markdown, for auditors");
    document->callback([&] { code = policy_document(options); });
    auto* explain = policy->add_subcommand("explain", "Why a request would be allowed or refused");
    describe_who(*explain, options);
    describe_what(*explain, options);
    explain->callback([&] { code = policy_explain(options); });
    for (auto* command : {show, document, explain})
        add_administration(*command, options.administration);
    describe_policy_changes(*policy, group.changes, code);
    describe_folder(*policy, group.folder, code);
}

}  // namespace salus::app
