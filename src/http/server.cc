#include "http/server.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "http/listener.h"
#include "http/server_state.h"
#include "http/worker.h"

namespace salus::http {

struct Server::State {
    template <class... Arguments>
    explicit State(Arguments&&... arguments) : shared(std::forward<Arguments>(arguments)...) {}
    ServerState shared;
    std::vector<std::unique_ptr<Worker>> workers;
    std::uint16_t port = 0;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
    shut_down();
}

Result<std::unique_ptr<Server>> Server::start(
    ServerOptions options, std::shared_ptr<crypto::TlsServerContext const> certificate,
    HandlerFactory make_handler, Clock const& clock, Log const& log) {
    SALUS_TRY(auto const addresses, listening_addresses(options.address));
    if (options.port != 0) {
        SALUS_TRY([[maybe_unused]] auto const probe,
                  listen_on(addresses, options.port, PortSharing::exclusive));
    }
    auto const loops = options.loops != 0 ? options.loops : std::thread::hardware_concurrency();
    auto state = std::make_unique<State>(std::move(options), std::move(certificate),
                                         std::move(make_handler), clock, log);
    state->port = state->shared.options.port;
    for (unsigned i = 0; i < std::max(loops, 1U); ++i) {
        SALUS_TRY(auto listeners, listen_on(addresses, state->port, PortSharing::with_own_loops));
        SALUS_TRY(auto loop, EventLoop::make(clock));
        state->port = listeners.port;
        state->workers.push_back(
            std::make_unique<Worker>(state->shared, std::move(loop), std::move(listeners)));
    }
    for (auto const& worker : state->workers) worker->start();
    log.write(LogLevel::info, "http.listening", field("port", state->port),
              field("loops", state->workers.size()));
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const noexcept {
    return state_->port;
}

void Server::replace_certificate(std::shared_ptr<crypto::TlsServerContext const> certificate) {
    state_->shared.certificate.set(std::move(certificate));
}

void Server::shut_down() {
    state_->shared.ending.store(true);
    for (auto const& worker : state_->workers) worker->wake();
    for (auto const& worker : state_->workers) worker->join();
}

ServerStatistics Server::statistics() const noexcept {
    auto const& counters = state_->shared.counters;
    return {
        .connections = counters.connections.load(),
        .connections_accepted = counters.connections_accepted.load(),
        .connections_refused = counters.connections_refused.load(),
        .handshakes_failed = counters.handshakes_failed.load(),
        .requests = counters.requests.load(),
        .requests_refused = counters.requests_refused.load(),
        .timeouts = counters.timeouts.load(),
        .body_bytes = counters.body_bytes.load(),
    };
}

}  // namespace salus::http
