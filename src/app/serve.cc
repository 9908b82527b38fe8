#include <csignal>
#include <unistd.h>

#include "app/commands.h"
#include "app/housekeeping.h"
#include "app/indexing_job.h"
#include "app/instance.h"
#include "app/key_rotation_job.h"
#include "app/terminal.h"
#include "crypto/tls.h"
#include "fhir/operation_outcome.h"
#include "http/server.h"
#include "keys/process_memory.h"

namespace salus::app {
namespace {

constexpr std::size_t kPemLargest = std::size_t{256} * 1024;

std::shared_ptr<crypto::TlsServerContext const> load_certificate(ServerConfiguration const& server,
                                                                 std::string& why) {
    auto const chain = read_file(server.certificate, kPemLargest);
    auto const key = read_file(server.certificate_key, kPemLargest);
    if (!chain || !key) {
        why = "the certificate or its key cannot be read";
        return nullptr;
    }
    auto context = crypto::TlsServerContext::make(text_of(*chain), *key);
    if (!context) {
        why = "the certificate: " + std::string(context.error().why.text());
        return nullptr;
    }
    return *std::move(context);
}

// The answer to what could not even be read as HTTP: nothing of it is repeated.
http::Response unreadable(int status, crypto::Random& random) {
    auto const code = status == 413 || status == 431 ? Errc::too_large
                      : status == 408                ? Errc::timeout
                                                     : Errc::invalid;
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/fhir+json");
    response.headers.set("X-Request-Id", crypto::random_id(random));
    response.body =
        EphiText(fhir::operation_outcome(Error{code, "the request is not acceptable HTTP", {}}));
    return response;
}

// Another port for this run: the public address follows if it names the configured one.
void move_to_port(ServerConfiguration& server, int port) {
    auto const old_end = ":" + std::to_string(server.port);
    if (server.public_url.ends_with(old_end)) {
        server.public_url.resize(server.public_url.size() - old_end.size());
        server.public_url += ":" + std::to_string(port);
    }
    server.port = static_cast<std::uint16_t>(port);
}

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

std::unique_ptr<http::Server> start_server(Instance& instance, std::string& why) {
    auto const& configured = instance.configuration().server;
    auto const certificate = load_certificate(configured, why);
    if (!certificate) return nullptr;
    http::ServerOptions options;
    options.address = configured.address;
    options.port = configured.port;
    options.loops = configured.event_loops;
    options.refusal = [&instance](int status) { return unreadable(status, instance.random()); };
    auto const& log = instance.log();
    options.refused = [&log](int status, http::Peer const&) {
        log.write(LogLevel::warning, "http.refused", field("status", status));
    };
    auto server = http::Server::start(
        std::move(options), certificate,
        [&instance](Executor& home) -> std::unique_ptr<http::Handler> {
            return instance.make_pipeline(home);
        },
        instance.clock(), log);
    if (!server) {
        why = server.error().code == Errc::conflict ? "the port is taken"
                                                    : std::string(server.error().why.text());
        return nullptr;
    }
    return *std::move(server);
}

void reload(Instance& instance, http::Server& server) {
    std::string why;
    auto const certificate = load_certificate(instance.configuration().server, why);
    if (certificate) {
        server.replace_certificate(certificate);
        instance.log().write(LogLevel::info, "certificate.reloaded");
    } else {
        // The old one goes on: a typing error must not take the service down (TRN-5).
        instance.log().write(LogLevel::error, "certificate.reload_failed");
    }
}

bool write_address(Layout const& layout, Instance const& instance, http::Server const& server) {
    auto const& address = instance.configuration().server.address;
    // The certificate names localhost; an any-address is reached there too.
    auto const host = address == "0.0.0.0" || address == "::" ? std::string("localhost") : address;
    auto const line = host + " " + std::to_string(server.port()) + " " +
                      instance.configuration().server.public_url;
    return write_file_durably(layout.address(), bytes_of(line), FileAccess::private_to_owner)
        .has_value();
}

// Runs until SIGINT or SIGTERM; SIGHUP reads the certificate again.
void wait_for_the_end(Instance& instance, http::Server& server, sigset_t const& signals) {
    while (true) {
        int received = 0;
        if (sigwait(&signals, &received) != 0) continue;
        if (received != SIGHUP) return;
        reload(instance, server);
    }
}

}  // namespace

int serve(ServeOptions const& options) {
    // Before any secret is read: no core dumps, no reading of our memory (KEY-5).
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    // Blocked before any thread starts, so that sigwait alone receives them.
    auto const signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::string why;
    auto configuration = read_configuration(options.directory, why);
    if (!configuration) {
        say_problem(why, "Correct salus.toml; `salus init` writes one with every default.");
        return kFailed;
    }
    if (options.port >= 0) move_to_port(configuration->server, options.port);
    auto instance = Instance::open(*std::move(configuration), why);
    if (!instance) {
        say_problem(why);
        return kFailed;
    }
    auto server = start_server(*instance, why);
    if (!server) {
        say_problem(why, "Choose another with --port N, or set server.port in salus.toml.");
        return kFailed;
    }
    Layout const layout{options.directory};
    if (!write_address(layout, *instance, *server)) {
        say_problem("run/address cannot be written");
        return kFailed;
    }
    instance->evidence().attach(server.get());
    {
        Housekeeping const housekeeping(*instance, *server);
        KeyRotationJob const rotation(instance->house(), instance->configuration().rotation);
        IndexingJob const indexing(instance->house(), instance->configuration().rotation,
                                   layout.run());
        instance->log().write(LogLevel::info, "server.started", field("port", server->port()));
        wait_for_the_end(*instance, *server, signals);
        instance->log().write(LogLevel::info, "server.stopping");
        server->shut_down();
    }
    instance->evidence().attach(nullptr);
    std::error_code ignored;
    std::filesystem::remove(layout.address(), ignored);
    return kDone;
}

}  // namespace salus::app
