// `salus keys reseal`: another passphrase, or another way of stretching it, for the file of
// key-encryption keys.
#include "app/commands.h"
#include "app/instance.h"
#include "app/record_leaf.h"
#include "app/terminal.h"
#include "keys/process_memory.h"
#include "keys/sealed_file/sealed_file_service.h"
#include "keys/secret_source.h"

namespace salus::app {
namespace {

using Fips = CryptoConfiguration::Fips;

int refuse(std::string_view why, std::string_view hint = {}) {
    say_problem(why, hint);
    return kFailed;
}

Result<SecretBytes> secret_of(std::string const& reference,
                              std::filesystem::path const& directory) {
    SALUS_TRY(auto const parsed, keys::parse_secret_reference(reference, directory));
    return keys::read_secret(parsed);
}

Result<void> reseal(ResealOptions const& options, Configuration const& configuration,
                    Instance& instance, keys::Stretching stretching) {
    auto const& present = configuration.keys.passphrase;
    auto const& next = options.passphrase.empty() ? present : options.passphrase;
    SALUS_TRY(auto const old_passphrase, secret_of(present, options.directory));
    SALUS_TRY(auto const passphrase, secret_of(next, options.directory));
    // Before it is done, and in every log: all tenants' keys are under this passphrase.
    SALUS_TRY_VOID(record_everywhere(instance, audit::Event::key_resealed));
    return keys::SealedFileService::reseal(Layout{options.directory}.root_keys(), old_passphrase,
                                           passphrase, configuration.realm, instance.random(),
                                           stretching, crypto::ScryptCost{});
}

}  // namespace

int keys_reseal(ResealOptions const& options) {
    if (!keys::harden_process()) {
        return refuse("the kernel refuses to protect the process's memory");
    }
    std::string why;
    auto configuration = read_configuration(options.directory, why);
    if (!configuration) return refuse(why);
    if (configuration->keys.backend != KeyBackend::sealed_file) {
        return refuse("only a sealed file has a passphrase; a token or a vault changes its own");
    }
    bool const approved = options.pbkdf2 || configuration->crypto.fips != Fips::off;
    auto const stretching = approved ? keys::Stretching::pbkdf2 : keys::Stretching::scrypt;
    // A file of scrypt cannot be opened by a FIPS module, so none is loaded here.
    auto opened = *configuration;
    opened.crypto.fips = Fips::off;
    auto const instance = Instance::open(std::move(opened), why, Instance::Seal::lifted);
    if (!instance) return refuse(why, "Stop the server first.");
    auto const done = reseal(options, *configuration, *instance, stretching);
    if (!done) return refuse(done.error().why.text());
    say("The key file is sealed anew. Backups of it open with the passphrase that they had.");
    if (!options.passphrase.empty() && options.passphrase != configuration->keys.passphrase) {
        say("Now set keys.passphrase = \"" + options.passphrase + "\" in salus.toml.");
    }
    return kDone;
}

}  // namespace salus::app
