#include "app/seal.h"

#include <unistd.h>

#include "app/crypto_section.h"
#include "app/listening.h"
#include "app/terminal.h"
#include "fhir/operation_outcome.h"
#include "foundation/file.h"
#include "operations/routes.h"

namespace salus::app {
namespace {

class SealedHandler final : public http::Handler {
public:
    Task<http::Response> handle(http::Request request) override {
        if (auto const probe = operations::probe_in(request)) {
            co_return operations::health(*probe, operations::Ability::sealed);
        }
        http::Response response;
        response.status = 503;
        response.headers.set("Content-Type", "application/fhir+json");
        response.body = EphiText(
            fhir::operation_outcome(Error{Errc::unavailable, "the instance is sealed", {}}));
        co_return response;
    }
};

}  // namespace

bool is_sealed(Layout const& layout) {
    std::error_code error;
    bool const is_there = std::filesystem::exists(layout.sealed(), error);
    return is_there || error;
}

Result<void> unseal(Layout const& layout) {
    std::error_code error;
    if (!std::filesystem::remove(layout.sealed(), error)) {
        return fail(Errc::unavailable, "the mark of the seal cannot be removed");
    }
    return sync_directory(layout.sealed().parent_path());
}

int serve_sealed(Configuration const& configuration, sigset_t const& signals) {
    Layout const layout{configuration.directory};
    std::string why;
    auto const lock = FileLock::acquire(layout.lock());
    bool const ready = lock && use_configured_module(configuration.crypto, why);
    auto const certificate = ready ? load_certificate(configuration.server, why) : nullptr;
    if (!certificate) {
        say_problem(lock ? why : "another process uses this instance");
        return kFailed;
    }
    SystemClock const clock;
    Log const log(clock, STDERR_FILENO, configuration.log_level);
    http::ServerOptions options;
    options.address = configuration.server.address;
    options.port = configuration.server.port;
    options.loops = 1;
    auto const server = http::Server::start(
        std::move(options), certificate,
        [](Executor&) { return std::make_unique<SealedHandler>(); }, clock, log);
    if (!server || !write_address(layout, configuration.server, **server)) {
        say_problem("the port is taken, or run/address cannot be written");
        return kFailed;
    }
    log.write(LogLevel::error, "server.sealed", field("port", (*server)->port()));
    // No audit log is open here: there is nothing to make a checkpoint of.
    wait_for_the_end(configuration.server, log, {{**server}}, signals,
                     {.make_checkpoint = [] {}, .reconcile = [] {}});
    (*server)->shut_down();
    std::error_code ignored;
    std::filesystem::remove(layout.address(), ignored);
    return kDone;
}

int become_sealed(ServeOptions const& options) {
    auto directory = options.directory.string();
    auto port = std::to_string(options.port);
    std::string program = "salus";
    std::string serve = "serve";
    std::string directory_option = "--dir";
    std::string port_option = "--port";
    std::vector<char*> arguments{program.data(), serve.data(), directory_option.data(),
                                 directory.data()};
    if (options.port >= 0) {
        arguments.push_back(port_option.data());
        arguments.push_back(port.data());
    }
    arguments.push_back(nullptr);
    ::execv("/proc/self/exe", arguments.data());
    say_problem("the sealed server cannot be started; the instance is sealed and not served");
    return kFailed;
}

}  // namespace salus::app
