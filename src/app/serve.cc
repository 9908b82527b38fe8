#include <csignal>
#include <malloc.h>
#include <unistd.h>

#include "app/checkpoint_job.h"
#include "app/commands.h"
#include "app/housekeeping.h"
#include "app/indexing_job.h"
#include "app/instance.h"
#include "app/key_rotation_job.h"
#include "app/listening.h"
#include "app/logout_job.h"
#include "app/reconciliation_job.h"
#include "app/seal.h"
#include "app/signer_backup.h"
#include "app/signer_process.h"
#include "app/syslog_job.h"
#include "app/terminal.h"
#include "fhir/operation_outcome.h"
#include "http/server.h"
#include "keys/process_memory.h"
#include "sqlite/page_memory.h"

namespace salus::app {
namespace {

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

std::unique_ptr<http::Server> start_server(Instance& instance, std::uint16_t port,
                                           ClientCertificates client_certificates,
                                           std::string& why) {
    auto const& configured = instance.configuration().server;
    auto const certificate = load_certificate(configured, why, client_certificates);
    if (!certificate) return nullptr;
    http::ServerOptions options;
    options.address = configured.address;
    options.port = port;
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
        instance.house().clock, log);
    if (!server) {
        why = server.error().code == Errc::conflict ? "the port is taken"
                                                    : std::string(server.error().why.text());
        return nullptr;
    }
    return *std::move(server);
}

// Serves until the end.
int serve_instance(Instance& instance, Layout const& layout, sigset_t const& signals) {
    std::string why;
    auto const checkpoints = CheckpointJob::start(instance, why);
    if (!checkpoints) {
        say_problem(why, "docs/handbook/audit-signing.md says how checkpoints are signed.");
        return kFailed;
    }
    bool const has_receiver = instance.configuration().audit.syslog.has_value();
    auto const syslog = has_receiver ? SyslogJob::start(instance, why) : nullptr;
    if (has_receiver && syslog == nullptr) {
        say_problem(why, "docs/handbook/audit-views.md says how a receiver of syslog is set up.");
        return kFailed;
    }
    auto const& configured = instance.configuration();
    auto server =
        start_server(instance, configured.server.port, ClientCertificates::not_asked, why);
    if (!server) {
        say_problem(why, "Choose another with --port N, or set server.port in salus.toml.");
        return kFailed;
    }
    std::vector<Listening> servers{{*server}};
    auto const mutual_port = configured.server.mutual_tls_port;
    auto const mutual = mutual_port == 0
                            ? nullptr
                            : start_server(instance, mutual_port, ClientCertificates::asked, why);
    if (mutual) servers.push_back({*mutual, ClientCertificates::asked});
    if (mutual_port != 0 && !mutual) {
        say_problem(why, "Set server.mutual_tls_port in salus.toml to another port, or to 0.");
        return kFailed;
    }
    if (!write_address(layout, configured.server, *server)) {
        say_problem("run/address cannot be written");
        return kFailed;
    }
    instance.evidence().attach(server.get());
    {
        Housekeeping const housekeeping(instance, *server);
        KeyRotationJob const rotation(
            instance.house(), configured.rotation,
            InstanceRootRotation(instance.house().tenants.front()->tenant, instance.key_service(),
                                 instance.clock(), layout.instance_root(), configured.realm));
        IndexingJob const indexing(instance.house(), configured.rotation, layout);
        LogoutJob const logout(instance.house(), instance.logout_sender());
        ReconciliationJob reconciliation(instance);
        instance.log().write(LogLevel::info, "server.started", field("port", server->port()));
        wait_for_the_end(configured.server, instance.log(), servers, signals,
                         {.make_checkpoint = [&] { checkpoints->publish_now(); },
                          .reconcile = [&] { reconciliation.reconcile_now(); },
                          .reload = [&] { instance.reload_access_context(); }});
        instance.log().write(LogLevel::info, "server.stopping");
        for (auto const& each : servers) each.server.shut_down();
    }
    instance.evidence().attach(nullptr);
    std::error_code ignored;
    std::filesystem::remove(layout.address(), ignored);
    return kDone;
}

// A search of a large compartment takes and frees buffers of half a megabyte. Given back to the
// kernel each time, they would cost a fault for each of their pages. Where malloc has no such
// settings, serving is slower.
Result<void> prepare_memory() {
    constexpr std::size_t kMapped = 8 * limits::kMiB;     // larger buffers go back at once
    constexpr std::size_t kFreeKept = 32 * limits::kMiB;  // at the end of each of malloc's arenas
    constexpr std::size_t kDatabasePages = 32 * limits::kMiB;
    static_cast<void>(::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kMapped)));
    static_cast<void>(::mallopt(M_TRIM_THRESHOLD, static_cast<int>(kFreeKept)));
    return sqlite::reserve_page_memory(kDatabasePages);
}

int serve_open(Configuration configuration, std::filesystem::path const& program,
               sigset_t const& signals) {
    Layout const layout{configuration.directory};
    if (!prepare_memory()) {
        say_problem("there is not enough memory to serve");
        return kFailed;
    }
    std::string why;
    bool const has_child = configuration.audit.signer == AuditConfiguration::Signer::child;
    if (has_child && !restore_signer_key(configuration, why)) {
        say_problem("the signer's key cannot be restored: " + why,
                    "docs/handbook/audit-signing.md, \"After a restore\".");
        return kFailed;
    }
    auto signer = has_child ? SignerProcess::start(program, configuration.directory) : std::nullopt;
    if (has_child && !signer) {
        say_problem("the signer of checkpoints cannot be started");
        return kFailed;
    }
    auto instance = Instance::open(std::move(configuration), why);
    if (!instance) {
        say_problem(why);
        return kFailed;
    }
    instance->when_sealed([] { ::kill(::getpid(), SIGTERM); });
    std::optional<SignerWatch> watch;
    if (signer) watch.emplace(*signer, instance->log());
    return serve_instance(*instance, layout, signals);
}

}  // namespace

int serve(ServeOptions const& options) {
    auto const program = running_program();
    // Before any secret is read: no core dumps, no reading of our memory (KEY-5).
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    auto const signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::string why;
    auto configuration = read_configuration(options.directory, why);
    if (!configuration) {
        say_problem(why, "Correct salus.toml; `salus init` writes one with every default.");
        return kFailed;
    }
    if (options.port >= 0) move_to_port(configuration->server, options.port);
    Layout const layout{options.directory};
    if (is_sealed(layout)) return serve_sealed(*configuration, signals);
    auto const code = serve_open(*std::move(configuration), program, signals);
    // This process image has had keys in it. The one that says that the instance is sealed has not.
    return is_sealed(layout) ? become_sealed(options) : code;
}

}  // namespace salus::app
