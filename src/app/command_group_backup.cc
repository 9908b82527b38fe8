#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {
namespace {

void add_client(CLI::App& command, std::string& client, std::filesystem::path& key_file) {
    command.add_option("--client", client, "client_id")->capture_default_str();
    command.add_option("--key", key_file,
                       "The client's private key (JWK); the administrator's by default");
}

void add_source(CLI::App& command, RestoreOptions& options) {
    command.add_option("--from", options.from, "Where the data was backed up to")
        ->required()
        ->check(CLI::ExistingDirectory);
    command.add_option("--keys-from", options.keys_from, "Where the keys were backed up to")
        ->required()
        ->check(CLI::ExistingDirectory);
    command.add_option("--backup", options.backup, "Its number; the newest by default");
    command.add_option("--keys-backup", options.keys_backup,
                       "Number of the keys' backup; the newest by default");
    command.add_option("--newest-known", options.newest_known,
                       "Refuse if the newest backup there is older than this one");
    command
        .add_option("--public-key", options.public_key,
                    "The instance's backup-signing.pem, kept apart")
        ->check(CLI::ExistingFile);
}

}  // namespace

void describe_backup(CLI::App& app, BackupGroup& options, int& code) {
    auto* backup = app.add_subcommand("backup", "Back up an instance, running or not");
    backup->require_subcommand(0, 1);
    // Given before a subcommand they would be meant for it.
    add_directory(*backup, options.backup.directory);
    backup->add_option("--to", options.backup.to, "Where the data goes: a repository, or new");
    backup->add_option("--keys-to", options.backup.keys_to, "Where the keys go: a place apart");
    add_client(*backup, options.backup.client, options.backup.key_file);

    auto* prune = backup->add_subcommand("prune", "Remove the oldest backups");
    prune->add_option("--to", options.backup.to, "Where the data was backed up to");
    prune->add_option("--keys-to", options.backup.keys_to, "Where the keys were backed up to");
    prune->add_option("--keep", options.backup.keep, "How many stay")
        ->required()
        ->check(CLI::PositiveNumber);
    prune->add_option("--keep-keys", options.backup.keep_keys,
                      "How many of the keys stay, if fewer");
    prune->callback([&] { code = salus::app::backup_prune(options.backup); });

    auto* drill = backup->add_subcommand(
        "drill", "Restore to a scratch place, open every record, report, remove it");
    add_directory(*drill, options.restore.directory);
    add_source(*drill, options.restore);
    drill->add_option("--scratch", options.restore.scratch, "A directory for the copy")
        ->check(CLI::ExistingDirectory);
    add_client(*drill, options.restore.client, options.restore.key_file);
    drill->callback([&] { code = salus::app::backup_drill(options.restore); });

    auto* verify = backup->add_subcommand("verify", "Read and verify every block of a backup");
    add_source(*verify, options.restore);
    verify->callback([&] { code = salus::app::backup_verify(options.restore); });

    backup->callback([&, backup] {
        if (backup->get_subcommands().empty()) code = salus::app::backup_make(options.backup);
    });

    auto* restore = app.add_subcommand("restore", "Make an instance's directory from a backup");
    add_source(*restore, options.restore);
    restore->add_option("--dir", options.restore.directory, "Directory to make")->required();
    restore->add_flag("--new-signer", options.restore.new_signer,
                      "Checkpoints by a new key: something was signed that this backup has not");
    restore->callback([&] { code = salus::app::restore(options.restore); });
}

}  // namespace salus::app
