#include "app/bootstrap.h"
#include "app/client_keys.h"
#include "app/commands.h"
#include "app/crypto_section.h"
#include "app/instance.h"
#include "app/key_service.h"
#include "app/terminal.h"
#include "authorization/supplied_policies.h"
#include "crypto/certificate.h"
#include "keys/instance_root.h"
#include "keys/sealed_file.h"
#include "keys/sealed_file/sealed_file_service.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::days kAuthorityLife{3650};
constexpr std::chrono::days kCertificateLife{397};  // what browsers accept
constexpr std::size_t kPassphraseBytes = 32;

Result<void> make_directories(Layout const& layout) {
    SALUS_TRY_VOID(make_private_directory(layout.directory));
    for (auto const* name : {"run", "keys", "store", "audit", "tls", "credentials", "log"}) {
        SALUS_TRY_VOID(make_private_directory(layout.directory / name));
    }
    return {};
}

// The hospital's set with its tables, so that `salus policy test` holds what becomes of it to them.
Result<void> make_policies(Layout const& layout, PolicyChoice choice) {
    if (choice != PolicyChoice::hospital) return {};
    auto const folder = layout.directory / kPolicyFolder;
    SALUS_TRY_VOID(make_private_directory(folder));
    SALUS_TRY_VOID(make_private_directory(folder / "tests"));
    for (auto const& file : authorization::hospital_set()) {
        SALUS_TRY_VOID(write_file_durably(folder / file.path, bytes_of(file.text),
                                          FileAccess::private_to_owner));
    }
    return {};
}

Result<void> make_sealed_file(Layout const& layout, std::string const& realm,
                              crypto::Random& random) {
    auto const passphrase = crypto::random_secret(random, kPassphraseBytes);
    SecretBytes const text(bytes_of(to_base64url(passphrase.reveal())));
    SALUS_TRY_VOID(
        write_file_durably(layout.passphrase(), text.reveal(), FileAccess::private_to_owner));
    SALUS_TRY_VOID(keys::SealedFileService::create(layout.root_keys(), text, realm, random,
                                                   crypto::ScryptCost{}));
    return {};
}

Result<void> make_certificates(Layout const& layout, ServerConfiguration const& server,
                               std::vector<std::string> const& names, std::string const& realm,
                               crypto::Random& random, keys::KeyManagementService& service) {
    auto const now = SystemClock().now();
    SALUS_TRY(auto const authority,
              crypto::make_certificate_authority("Salus local authority", now, kAuthorityLife));
    SALUS_TRY(auto const certificate,
              crypto::issue_server_certificate(authority, names, now, kCertificateLife));
    SALUS_TRY_VOID(write_file_durably(layout.authority(), bytes_of(authority.certificate_pem),
                                      FileAccess::readable_by_all));
    SALUS_TRY_VOID(write_file_durably(server.certificate, bytes_of(certificate.chain_pem),
                                      FileAccess::readable_by_all));
    SALUS_TRY_VOID(write_file_durably(server.certificate_key, certificate.key_pem.reveal(),
                                      FileAccess::private_to_owner));
    crypto::Context context;
    context.add(crypto::Context::Part::realm, realm)
        .add(crypto::Context::Part::object_class, "certificate-authority-key");
    SALUS_TRY(auto const seal_key, keys::instance_file_key(layout.instance_root(), service, realm,
                                                           "certificate-authority", random));
    return keys::seal_to_file(layout.authority_key(), seal_key, context,
                              authority.key_pkcs8.reveal(), random);
}

bool register_first(Instance& instance, std::filesystem::path const& key_file,
                    Registration registration) {
    auto jwks = make_client_keys(key_file);
    if (!jwks) return false;
    registration.jwks = *std::move(jwks);
    return register_with_bootstrap_token(instance, *instance.house().tenants.front(),
                                         registration_json(registration));
}

bool register_first_clients(Instance& instance, Layout const& layout) {
    return register_first(instance, layout.administrator(),
                          {.id = std::string(kAdministrator),
                           .name = "First administrator, by key",
                           .scope = "admin/clients.read admin/clients.write "
                                    "admin/users.read admin/users.write admin/check.read "
                                    "admin/definitions.read admin/definitions.write "
                                    "admin/keys.read admin/keys.write "
                                    "admin/backups.read admin/backups.write "
                                    "admin/policies.read admin/policies.write",
                           .purposes = {"SYSADMIN"},
                           .jwks = {},
                           .roles = {"administrator"}}) &&
           register_first(instance, layout.demonstration(),
                          {.id = "demonstration",
                           .name = "Service client of the demonstration",
                           .scope = "system/*.cruds",
                           .purposes = {"TREAT", "HPAYMT", "HOPERAT"},
                           .jwks = {},
                           .roles = {"service"}});
}

bool is_free(std::filesystem::path const& directory) {
    std::error_code error;
    return !std::filesystem::exists(directory, error) ||
           std::filesystem::is_empty(directory, error);
}

std::optional<Configuration> write_configuration(Layout const& layout, InitOptions const& options,
                                                 std::string const& realm, std::string& why) {
    auto const text =
        default_configuration(realm, options.port, options.keys, options.fips, options.policies);
    auto const written = write_file_durably(layout.directory / "salus.toml", bytes_of(text),
                                            FileAccess::private_to_owner);
    if (!written) why = written.error().why.text();
    return written ? read_configuration(layout.directory, why) : std::nullopt;
}

Result<void> make_files(Layout const& layout, InitOptions const& options, std::string& why) {
    SALUS_TRY_VOID(make_directories(layout));
    SALUS_TRY_VOID(make_policies(layout, options.policies));
    // The realm is the first thing that needs cryptography, and the configuration says whose.
    auto const choice = write_configuration(layout, options, "not made yet", why);
    if (!choice || !use_configured_module(choice->crypto, why)) {
        return fail(Errc::invalid, "a choice cannot be kept");
    }
    crypto::SystemRandom random;
    SystemClock const clock;
    auto const realm = crypto::random_uuid(random);
    auto const configuration = write_configuration(layout, options, realm, why);
    if (!configuration) return fail(Errc::invalid, "a choice cannot be kept");
    if (configuration->keys.backend == KeyBackend::sealed_file) {
        SALUS_TRY_VOID(make_sealed_file(layout, realm, random));
    }
    SALUS_TRY(auto const service, open_key_service(*configuration, clock, random));
    return make_certificates(layout, configuration->server, options.names, realm, random, *service);
}

}  // namespace

int init(InitOptions const& options) {
    Layout const layout{options.directory};
    if (!is_free(options.directory)) {
        say_problem(options.directory.string() + " is not empty",
                    "An instance is made in a new directory; nothing was changed.");
        return kFailed;
    }
    std::string why;
    if (auto const made = make_files(layout, options, why); !made) {
        say_problem("the instance cannot be made: " + std::string(made.error().why.text()) +
                        (why.empty() ? "" : ": " + why),
                    "Remove " + options.directory.string() + " before the next try.");
        return kFailed;
    }
    auto configuration = read_configuration(options.directory, why);
    auto const instance = configuration ? Instance::open(*std::move(configuration), why) : nullptr;
    if (!instance || !register_first_clients(*instance, layout)) {
        say_problem("the new instance does not open: " + why);
        return kFailed;
    }
    say("Made the instance " + options.directory.string());
    say("  configuration   " + (options.directory / "salus.toml").string());
    if (options.policies == PolicyChoice::hospital)
        say("  policies        " + (options.directory / kPolicyFolder).string());
    if (options.keys.backend == "sealed-file") {
        say("  passphrase      " + layout.passphrase().string() +
            "   keep a copy elsewhere: without it the data is lost");
    }
    say("  administrator   " + layout.administrator().string());
    say("Next: salus serve --dir " + options.directory.string());
    return kDone;
}

}  // namespace salus::app
