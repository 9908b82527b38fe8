// `salus restore` and `salus backup verify`.
#include "app/backup_report.h"
#include "app/commands.h"
#include "app/instance.h"
#include "app/readmission.h"
#include "app/restored_copy.h"
#include "app/terminal.h"
#include "transparency/keyed_signer.h"

namespace salus::app {
namespace {

constexpr std::size_t kPublicKeyBytes = 4096;

std::optional<std::uint64_t> chosen(std::uint64_t number) {
    return number == 0 ? std::nullopt : std::optional(number);
}

int refuse(Error const& error, std::string const& where) {
    say_problem((where.empty() ? "" : where + ": ") + std::string(error.why.text()));
    return error.code == Errc::corrupt || error.code == Errc::not_found ||
                   error.code == Errc::forbidden
               ? kFoundWrong
               : kFailed;
}

// What was never in a backup has to be put back by hand.
void say_next(std::filesystem::path const& directory) {
    say("Restored " + directory.string() +
        ". Before `salus serve`, put back what no backup holds:");
    say("  credentials/    the passphrase, PIN or token of [keys], and the clients' private keys");
    say("  tls/server.key  or a new certificate and key, named in [server]");
    say("Do not let the instance that was backed up run again: there would be two audit logs.");
}

// What was signed behind the backup's end is known to the mirror, and to whoever kept a checkpoint.
void say_signer(std::filesystem::path const& directory) {
    if (!std::filesystem::exists(transparency::memory_file(Layout{directory}.signer()))) {
        say("The first start makes a new key for checkpoints: give it to all who verify.");
        return;
    }
    say("Checkpoints go on under the same key. If one is known of more leaves than these, restore");
    say("again with --new-signer: docs/handbook/audit-signing.md, \"After a restore\".");
}

}  // namespace

Result<backup::Restore> choose_backup(RestoreOptions const& options) {
    backup::Choice choice{.backup = chosen(options.backup),
                          .keys_backup = chosen(options.keys_backup),
                          .newest_known = options.newest_known,
                          .pin = std::nullopt};
    if (!options.public_key.empty()) {
        SALUS_TRY(auto const pem, read_file(options.public_key, kPublicKeyBytes));
        SALUS_TRY(choice.pin, backup::public_key_from_pem(text_of(pem)));
    }
    SALUS_TRY(auto restore, backup::Restore::choose(options.from, options.keys_from, choice));
    for (auto const& line : describe_choice(restore, choice.pin.has_value())) say(line);
    return restore;
}

Result<void> finish_copy(std::filesystem::path const& directory) {
    for (auto const* name : {"run", "credentials", "log"}) {
        SALUS_TRY_VOID(make_private_directory(directory / name));
    }
    return mark_restored(Layout{directory}.restored());
}

int restore(RestoreOptions const& options) {
    auto chosen_backup = choose_backup(options);
    if (!chosen_backup) return refuse(chosen_backup.error(), {});
    // A restored directory gets its name when everything in it was found right.
    auto unfinished = options.directory;
    unfinished += ".restoring";
    std::error_code error;
    if (std::filesystem::exists(options.directory, error) ||
        std::filesystem::exists(unfinished, error)) {
        say_problem(options.directory.string() + " or " + unfinished.string() + " is there already",
                    "A backup is restored to a new directory; nothing was changed.");
        return kFailed;
    }
    auto const extracted = chosen_backup->extract(unfinished);
    auto const checked = extracted ? chosen_backup->check(unfinished)
                                   : Result<backup::Checked>(fail(extracted.error()));
    if (!checked) {
        auto const code = refuse(checked.error(), chosen_backup->where());
        std::filesystem::remove_all(unfinished, error);
        return code;
    }
    for (auto const& line : describe_checked(*checked)) say(line);
    if (options.new_signer) std::filesystem::remove_all(Layout{unfinished}.signer(), error);
    if (error) return refuse({Errc::unavailable, "signer/ cannot be left out", {}}, "signer");
    if (auto const made = finish_copy(unfinished); !made) {
        return refuse(made.error(), unfinished.string());
    }
    std::filesystem::rename(unfinished, options.directory, error);
    auto const parent = std::filesystem::absolute(options.directory).parent_path();
    if (error || !sync_directory(parent)) {
        say_problem(unfinished.string() + " could not be given its name");
        return kFailed;
    }
    say_signer(options.directory);
    say_next(options.directory);
    return kDone;
}

int backup_verify(RestoreOptions const& options) {
    auto chosen_backup = choose_backup(options);
    if (!chosen_backup) return refuse(chosen_backup.error(), {});
    auto const bytes = chosen_backup->verify_blocks();
    if (!bytes) return refuse(bytes.error(), chosen_backup->where());
    say("  " + std::to_string(*bytes) + " bytes: every block is what its name says");
    return kDone;
}

}  // namespace salus::app
