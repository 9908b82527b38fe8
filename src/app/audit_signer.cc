// `salus audit signer`: the process that signs checkpoints of audit logs, and refuses to.
#include <csignal>
#include <sys/signalfd.h>
#include <thread>
#include <unistd.h>

#include "app/commands.h"
#include "app/crypto_section.h"
#include "app/instance.h"
#include "app/terminal.h"
#include "app/unix_user.h"
#include "keys/process_memory.h"
#include "transparency/keyed_signer.h"
#include "transparency/signer_socket.h"

namespace salus::app {
namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr int kTries = 20;

// As of the instance where --dir says one; otherwise as the command line says.
bool read_instance(AuditSignerOptions& options, std::string& why) {
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration || !use_configured_module(configuration->crypto, why)) return false;
    options.home = Layout{options.directory}.signer();
    options.socket = configuration->audit.socket;
    bool const needs_module = configuration->crypto.fips == CryptoConfiguration::Fips::require;
    // Ed25519 is no algorithm of the FIPS provider of OpenSSL 3.0.
    if (needs_module) options.algorithm = "p256";
    return true;
}

Result<transparency::KeyedSigner> open_signer(AuditSignerOptions const& options) {
    auto const algorithm = options.algorithm == "p256" ? crypto::SignatureAlgorithm::es256
                                                       : crypto::SignatureAlgorithm::ed25519;
    auto const made = transparency::KeyedSigner::create(options.home, algorithm);
    if (!made && made.error().code != Errc::conflict) return std::unexpected(made.error());
    auto signer = transparency::KeyedSigner::open(options.home);
    // The signer of a server that was killed a moment ago is about to end.
    for (int tries = 0; !signer && signer.error().code == Errc::conflict && tries < kTries;
         ++tries) {
        std::this_thread::sleep_for(kPause);
        signer = transparency::KeyedSigner::open(options.home);
    }
    return signer;
}

FileDescriptor ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
}

}  // namespace

int audit_signer(AuditSignerOptions options) {
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    std::string why;
    if (!options.directory.empty() && !read_instance(options, why)) {
        say_problem(why);
        return kFailed;
    }
    auto const peer = user_id(options.peer);
    if (options.home.empty() || options.socket.empty() || !peer) {
        say_problem("the signer needs --dir, or --home and --socket; --peer must be a user");
        return kUsage;
    }
    auto signer = open_signer(options);
    if (!signer) {
        say_problem("the signer cannot start: " + std::string(signer.error().why.text()),
                    "docs/handbook/audit-signing.md says what each case means.");
        return kFailed;
    }
    auto server = transparency::SigningServer::listen(options.socket, *peer);
    if (!server) {
        say_problem(server.error().why.text());
        return kFailed;
    }
    auto const signals = ending_signals();
    // A child goes by its parent alone, which holds the other end of standard input and never
    // writes: a service manager ends both at once, and the parent wants a last signature.
    server->serve(*signer, options.until_closed ? STDIN_FILENO : signals.get());
    return kDone;
}

}  // namespace salus::app
