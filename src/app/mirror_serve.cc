// `salus mirror serve`: takes entries and checkpoints, cosigns, and raises alarms.
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/crypto_section.h"
#include "app/mirror_configuration.h"
#include "app/pem_bytes.h"
#include "app/terminal.h"
#include "crypto/tls.h"
#include "http/server.h"
#include "keys/process_memory.h"
#include "mirror/handler.h"

namespace salus::app {
namespace {

constexpr std::size_t kConnections = 256;
constexpr timespec kLookAtLogs{.tv_sec = 1, .tv_nsec = 0};  // between two looks at silent logs

// Not waited for: it may take its time. Its end is taken note of at the next look.
void start_command(std::vector<std::string> const& command, mirror::Alarm const& alarm) {
    if (command.empty()) return;
    auto words = command;
    words.emplace_back(name_of(alarm.kind).text());
    words.push_back(alarm.origin.text());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes{};
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t process = 0;
    if (::posix_spawn(&process, arguments.front(), nullptr, &attributes, arguments.data(),
                      environ) != 0) {
        say_problem("the command for alarms cannot be started");
    }
    ::posix_spawnattr_destroy(&attributes);
}

Result<std::unique_ptr<http::Server>> listen(MirrorConfiguration const& configuration,
                                             mirror::Service& service, mirror::Door& door,
                                             Clock const& clock, Log const& log) {
    auto const chain = read_file(configuration.server.certificate, kPemBytes);
    auto const key = read_file(configuration.server.certificate_key, kPemBytes);
    if (!chain || !key) return fail(Errc::invalid, "the certificate or its key cannot be read");
    SALUS_TRY(auto context,
              crypto::TlsServerContext::make_mutual(text_of(*chain), *key, door.clients()));
    http::ServerOptions options;
    options.address = configuration.server.address;
    options.port = configuration.server.port;
    options.loops = 1;
    options.connections = kConnections;
    options.bounds.body_bytes = mirror::kHandlerBodyBytes;
    return http::Server::start(
        std::move(options), std::move(context),
        [&](Executor&) { return std::make_unique<mirror::Handler>(service, door); }, clock, log);
}

void watch_until_the_end(mirror::Service& service, std::chrono::seconds silence,
                         sigset_t const& signals) {
    while (::sigtimedwait(&signals, nullptr, &kLookAtLogs) < 0) {
        service.watch(silence);
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}

Result<void> serve_mirror(std::filesystem::path const& directory,
                          MirrorConfiguration const& configuration, sigset_t const& signals) {
    SystemClock const clock;
    Log const log(clock, STDERR_FILENO, LogLevel::info);
    SALUS_TRY(auto const home, mirror::Home::open(directory));
    bool const needs_module = configuration.crypto.fips == CryptoConfiguration::Fips::require;
    if (needs_module && home.key().verifier.is_ed25519()) {
        return fail(Errc::invalid, "its key is Ed25519, which the required FIPS provider has not");
    }
    SALUS_TRY([[maybe_unused]] auto const lock, home.lock());
    SALUS_TRY(auto const alarms,
              mirror::AlarmRecord::open(home.alarms_file(), clock, log,
                                        [&configuration](mirror::Alarm const& alarm) {
                                            start_command(configuration.command, alarm);
                                        }));
    SALUS_TRY(auto const service, mirror::Service::open(home, clock, *alarms));
    SALUS_TRY(auto clients, home.clients());
    mirror::Door door(std::move(clients), *alarms);
    SALUS_TRY(auto const server, listen(configuration, *service, door, clock, log));
    log.write(LogLevel::info, "mirror.started", field("port", server->port()),
              field("logs", service->log_count()));
    watch_until_the_end(*service, configuration.silence, signals);
    server->shut_down();
    return {};
}

}  // namespace

int mirror_serve(MirrorOptions const& options) {
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    sigset_t signals;
    sigemptyset(&signals);
    for (int const signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::string why;
    auto const configuration = read_mirror_configuration(options.directory, why);
    if (!configuration) {
        say_problem(why);
        return kFailed;
    }
    if (!use_configured_module(configuration->crypto, why)) {
        say_problem(why);
        return kFailed;
    }
    auto const served = serve_mirror(options.directory, *configuration, signals);
    if (served) return kDone;
    say_problem("the mirror does not serve: " + std::string(served.error().why.text()),
                "docs/handbook/audit-signing.md says what each case means.");
    return served.error().code == Errc::corrupt ? kFoundWrong : kFailed;
}

}  // namespace salus::app
