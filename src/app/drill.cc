// `salus backup drill`: a restore that is tried to the end, and removed (164.308(a)(7)(ii)(D)).
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "app/backup_key.h"
#include "app/backup_report.h"
#include "app/commands.h"
#include "app/crypto_section.h"
#include "app/instance_client.h"
#include "app/record_drill.h"
#include "app/restored_copy.h"
#include "app/terminal.h"
#include "json/writer.h"
#include "keys/process_memory.h"

namespace salus::app {
namespace {

// Says how long each phase took.
class Phases {
public:
    void done(std::string_view phase) {
        auto const now = std::chrono::steady_clock::now();
        std::chrono::duration<double> const took = now - begin_;
        say(fmt::format("  {:<28} {:>8.2f} s", phase, took.count()));
        begin_ = now;
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// The copy: overwritten and removed at the end, whatever happened. Everything in it is sealed, so
// what a disk keeps of it in spare cells opens to nobody without the secrets.
class Scratch {
public:
    explicit Scratch(std::filesystem::path const& parent) {
        auto name = (parent / "salus-drill-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~Scratch() { remove(); }
    Scratch(Scratch const&) = delete;
    Scratch& operator=(Scratch const&) = delete;

    [[nodiscard]] bool made() const { return !path_.empty(); }
    [[nodiscard]] std::filesystem::path copy() const { return path_ / "instance"; }
    // False when something of it is left.
    bool remove() {
        if (path_.empty()) return true;
        std::error_code error;
        for (auto const& entry : std::filesystem::recursive_directory_iterator(path_, error)) {
            if (entry.is_regular_file(error)) overwrite(entry.path(), entry.file_size(error));
        }
        std::filesystem::remove_all(path_, error);
        bool const gone = !error && !std::filesystem::exists(path_, error);
        if (gone) path_.clear();
        return gone;
    }

private:
    static void overwrite(std::filesystem::path const& path, std::uint64_t size) {
        FileDescriptor const file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
        static constexpr std::array<char, 64 * limits::kKiB> kZeros{};
        for (std::uint64_t done = 0; file.valid() && done < size;) {
            auto const piece = std::min<std::uint64_t>(kZeros.size(), size - done);
            auto const written = ::write(file.get(), kZeros.data(), piece);
            if (written <= 0) return;
            done += static_cast<std::uint64_t>(written);
        }
        if (file.valid()) static_cast<void>(::fsync(file.get()));
    }

    std::filesystem::path path_;
};

// A backup holds no secret: the copy's are those of the instance.
void take_secrets_from(std::filesystem::path const& instance, KeysConfiguration& keys) {
    constexpr std::string_view kFile = "file:";
    for (auto* reference : {&keys.passphrase, &keys.pin, &keys.token}) {
        if (!reference->starts_with(kFile)) continue;
        auto const path = std::filesystem::absolute(instance) / reference->substr(kFile.size());
        *reference = std::string(kFile) + path.string();
    }
}

struct Outcome {
    bool good = false;
    Opened opened;
};

// Opens the copy as the server would, and every record in it.
std::optional<Opened> open_copy(std::filesystem::path const& copy, RestoreOptions const& options,
                                crypto::VerifyingKey const& signer, Phases& phases) {
    std::string why;
    auto configuration = read_configuration(copy, why);
    if (configuration) take_secrets_from(options.directory, configuration->keys);
    auto const instance = configuration ? Instance::open(*std::move(configuration), why) : nullptr;
    if (!instance) {
        say_problem("the copy does not open: " + why,
                    "A drill needs the passphrase, PIN or token of [keys] of the instance --dir.");
        return std::nullopt;
    }
    phases.done("opened as a server would");
    auto const key = backup_signing_key(Layout{copy}, instance->configuration().realm,
                                        instance->key_service(), instance->random());
    if (!key || key->verifying_key().spki() != signer.spki()) {
        say_problem("the backup is not signed by the key of the instance that it holds");
        return std::nullopt;
    }
    auto const opened = open_every_record(*instance);
    if (!opened) {
        say_problem("the copy's store cannot be read: " + std::string(opened.error().why.text()));
        return std::nullopt;
    }
    phases.done("every record opened");
    say(
        fmt::format("  {} versions of resources decrypted, the search indexes of {} compartments "
                    "opened; {} other documents; {} did not open",
                    opened->versions, opened->compartments, opened->unnamed, opened->unreadable));
    return *opened;
}

Outcome try_copy(backup::Restore& restore, RestoreOptions const& options, Scratch& scratch,
                 Phases& phases) {
    auto const extracted = restore.extract(scratch.copy());
    if (extracted) phases.done(fmt::format("restored, {} bytes", *extracted));
    auto const checked = extracted ? restore.check(scratch.copy())
                                   : Result<backup::Checked>(fail(extracted.error()));
    if (!checked) {
        say_problem(restore.where() + ": " + std::string(checked.error().why.text()));
        return {};
    }
    phases.done("files and audit log verified");
    for (auto const& line : describe_checked(*checked)) say(line);
    if (!finish_copy(scratch.copy())) return {};
    auto const opened = open_copy(scratch.copy(), options, restore.signer(), phases);
    if (!opened) return {};
    return {.good = opened->unreadable == 0, .opened = *opened};
}

// In the audit log of the instance that --dir names, running or not.
bool report(RestoreOptions const& options, std::uint64_t backup, Outcome const& outcome) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    auto const key =
        options.key_file.empty() ? Layout{options.directory}.administrator() : options.key_file;
    auto const token =
        client ? client->token(key, options.client, "admin/backups.write", why) : std::string();
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("backup").integer(static_cast<std::int64_t>(backup));
    writer.key("good").boolean(outcome.good);
    writer.key("versions").integer(static_cast<std::int64_t>(outcome.opened.versions)).end_object();
    http::Request request;
    request.method = http::Method::post;
    request.target = EphiText("/admin/backups/drills");
    request.headers.set("Authorization", "Bearer " + token);
    request.headers.set("Content-Type", "application/json");
    request.body = EphiText(std::move(body));
    bool const asked = client && !token.empty();
    auto const response =
        asked ? client->send(std::move(request)) : Result<http::Response>(fail(Errc::internal, ""));
    if (response && response->status == 200) return true;
    say_problem("the drill is in no audit log: " + (why.empty() ? "it was refused" : why));
    return false;
}

}  // namespace

int backup_drill(RestoreOptions const& options) {
    // Keys and records are opened in this process (KEY-5).
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    // Of the instance whose secrets are used; before the first hash is computed (ENC-6).
    std::string why;
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration || !use_configured_module(configuration->crypto, why)) {
        say_problem(why);
        return kFailed;
    }
    Phases phases;
    auto restore = choose_backup(options);
    if (!restore) {
        say_problem(restore.error().why.text());
        return kFoundWrong;
    }
    std::error_code error;
    Scratch scratch(options.scratch.empty() ? std::filesystem::temp_directory_path(error)
                                            : options.scratch);
    if (!scratch.made()) {
        say_problem("no scratch directory could be made");
        return kFailed;
    }
    phases.done("chosen, signatures verified");
    auto const outcome = try_copy(*restore, options, scratch, phases);
    bool const removed = scratch.remove();
    if (removed) phases.done("copy overwritten and removed");
    if (!removed) say_problem("a part of the copy could not be removed");
    bool const recorded = report(options, restore->data().backup, outcome);
    if (!outcome.good) {
        say_problem("the drill FAILED: backup " + std::to_string(restore->data().backup) +
                    " is not good");
        return kFoundWrong;
    }
    say("The drill succeeded: " + age_of(restore->data().point) +
        " of acknowledged writes would be lost if the instance were lost now.");
    return removed && recorded ? kDone : kFailed;
}

}  // namespace salus::app
