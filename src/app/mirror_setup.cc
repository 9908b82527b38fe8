// `salus mirror init` and `add-log`: a mirror of audit logs, for an account of its own.
#include "app/audit_logs.h"
#include "app/commands.h"
#include "app/mirror_configuration.h"
#include "app/terminal.h"
#include "crypto/certificate.h"
#include "foundation/clock.h"
#include "mirror/home.h"

namespace salus::app {
namespace {

constexpr std::chrono::days kMirrorAuthorityLife{3650};
constexpr std::chrono::days kMirrorCertificateLife{825};
constexpr std::size_t kLogKeyBytes = std::size_t{64} * 1024;

// An authority that signs one certificate and is forgotten.
Result<void> make_certificates(std::filesystem::path const& directory,
                               std::vector<std::string> const& names) {
    auto const now = SystemClock().now();
    SALUS_TRY(auto const authority,
              crypto::make_certificate_authority("Salus mirror", now, kMirrorAuthorityLife));
    SALUS_TRY(auto const server,
              crypto::issue_server_certificate(authority, names, now, kMirrorCertificateLife));
    SALUS_TRY_VOID(make_private_directory(directory / "tls"));
    SALUS_TRY_VOID(write_file_durably(directory / "tls" / "ca.crt",
                                      bytes_of(authority.certificate_pem),
                                      FileAccess::readable_by_all));
    SALUS_TRY_VOID(write_file_durably(directory / "tls" / "server.crt", bytes_of(server.chain_pem),
                                      FileAccess::readable_by_all));
    SALUS_TRY_VOID(write_file_durably(directory / "tls" / "server.key", server.key_pem.reveal(),
                                      FileAccess::private_to_owner));
    SALUS_TRY(auto const pin, crypto::certificate_key(server.chain_pem));
    say("server_key " + to_base64(pin));
    return {};
}

Result<void> make_mirror(MirrorInitOptions const& options) {
    auto const algorithm = options.algorithm == "p256" ? crypto::SignatureAlgorithm::es256
                                                       : crypto::SignatureAlgorithm::ed25519;
    SALUS_TRY_VOID(mirror::Home::create(options.directory, options.name, algorithm));
    auto names = options.names;
    if (names.empty()) names = {"localhost", "127.0.0.1", "::1"};
    SALUS_TRY_VOID(make_certificates(options.directory, names));
    auto const text = default_mirror_configuration(options.address, options.port);
    return write_file_durably(mirror_configuration_file(options.directory), bytes_of(text),
                              FileAccess::private_to_owner);
}

Result<crypto::Sha256Digest> read_client_key(std::filesystem::path const& file) {
    SALUS_TRY(auto const pem, read_file(file, kLogKeyBytes));
    return crypto::certificate_key(text_of(pem));
}

}  // namespace

int mirror_init(MirrorInitOptions const& options) {
    auto const made = make_mirror(options);
    if (!made) {
        say_problem("the mirror cannot be made: " + std::string(made.error().why.text()));
        return kFailed;
    }
    auto const key = mirror::read_mirror_key(mirror::mirror_key_file(options.directory));
    if (!key) return kFailed;
    say("key        " + key->text());
    say("Give tls/ca.crt, mirror.pub and the server_key above to the servers' operator.");
    return kDone;
}

int mirror_add_log(MirrorLogOptions const& options) {
    auto const fail_with = [](std::string_view what, Error const& error) {
        say_problem(std::string(what) + ": " + std::string(error.why.text()));
        return kFailed;
    };
    auto home = mirror::Home::open(options.directory);
    if (!home) return fail_with("the mirror", home.error());
    auto const lock = home->lock();
    if (!lock) {
        say_problem("the mirror runs", "Stop it first; it reads its logs and clients at start.");
        return kFailed;
    }
    auto const verifier = read_log_key(options.key, options.origin);
    if (!verifier) return fail_with("the log's key", verifier.error());
    auto const client = read_client_key(options.client);
    if (!client) return fail_with("the client's certificate", client.error());
    auto const added = home->add_log(*verifier, SystemClock());
    if (!added && added.error().code != Errc::conflict) return fail_with("the log", added.error());
    if (auto const kept = home->add_client(*client, std::string(verifier->name())); !kept) {
        return fail_with("the client", kept.error());
    }
    say(added ? "log    " + verifier->text() : "the log was known; its key and its state stay");
    say("client " + to_base64(*client));
    return kDone;
}

}  // namespace salus::app
