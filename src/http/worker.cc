#include "http/worker.h"

#include <csignal>
#include <sys/epoll.h>

namespace salus::http {
namespace {

constexpr int kAcceptedAtOnce = 64;

}  // namespace

class Worker::Door final : public Watcher {
public:
    Door(Worker& worker, int socket) : worker_(worker), socket_(socket) {}

    void open() {
        if (!open_) open_ = worker_.loop_->watch(socket_, *this, EPOLLIN);
    }
    // Unaccepted connections wait in the kernel's queue.
    void shut() {
        if (std::exchange(open_, false)) worker_.loop_->forget(socket_);
    }
    void on_events(std::uint32_t) override {
        // Without a descriptor to accept with, the event would come at once again: the next sweep
        // opens the door.
        if (!worker_.let_in(socket_)) shut();
    }

private:
    Worker& worker_;
    int socket_;
    bool open_ = false;
};

Worker::Worker(ServerState& server, std::unique_ptr<EventLoop> loop, Listeners listeners)
    : server_(server), loop_(std::move(loop)), listeners_(std::move(listeners)) {}

Worker::~Worker() {
    join();
}

void Worker::start() {
    std::promise<void> ready;
    auto started = ready.get_future();
    thread_ = std::thread([this, &ready] { run(ready); });
    started.wait();
}

void Worker::join() {
    if (thread_.joinable()) thread_.join();
}

void Worker::run(std::promise<void>& ready) {
    // OpenSSL writes with write(): a peer that has gone must be an error, not a signal.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

    encoder_.set_time(server_.clock.now());
    handler_ = server_.make_handler(*loop_);
    context_.emplace(ConnectionContext{server_, *loop_, *handler_, encoder_, read_buffer_});
    for (auto const& socket : listeners_.sockets) {
        doors_.push_back(std::make_unique<Door>(*this, socket.get()));
        doors_.back()->open();
    }
    ready.set_value();
    loop_->run(*this);
    connections_.clear();
    handler_.reset();
}

bool Worker::let_in(int listener) {
    // A bounded number, so that a flood of connections does not starve the open ones.
    for (int i = 0; i < kAcceptedAtOnce; ++i) {
        auto accepted = accept_from(listener);
        if (!accepted.socket.valid()) return !accepted.exhausted;
        if (server_.counters.connections.load(std::memory_order_relaxed) >=
            server_.options.connections) {
            server_.counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        server_.counters.connections_accepted.fetch_add(1, std::memory_order_relaxed);
        auto connection = std::make_unique<Connection>(*context_, std::move(accepted.socket),
                                                       std::move(accepted.peer));
        auto& opened = *connection;
        connections_.emplace(&opened, std::move(connection));
        opened.open();
        if (ending_ != Ending::no) opened.announce_end();
    }
    return true;
}

void Worker::on_sweep() {
    if (ending_ == Ending::no) {
        for (auto const& door : doors_) door->open();
    }
    for (auto const& [connection, owner] : connections_) connection->on_sweep();
}

void Worker::on_turn_end() {
    encoder_.set_time(server_.clock.now());
    if (ending_ != Ending::no) {
        go_on_ending();
    } else if (server_.ending.load()) {
        begin_ending();
    }
    for (auto* const connection : context_->retired) connections_.erase(connection);
    context_->retired.clear();
    if (ending_ != Ending::no && connections_.empty()) loop_->stop();
}

void Worker::begin_ending() {
    ending_ = Ending::announced;
    ending_since_ = loop_->now();
    // Connections that the kernel has completed for us would be reset by closing the listener.
    for (auto const& socket : listeners_.sockets) {
        for (int i = 0; i < kBacklog / kAcceptedAtOnce; ++i) let_in(socket.get());
    }
    for (auto const& door : doors_) door->shut();
    listeners_.sockets.clear();
    for (auto const& [connection, owner] : connections_) connection->announce_end();
}

void Worker::go_on_ending() {
    auto const& deadlines = server_.options.deadlines;
    auto const passed = loop_->now() - ending_since_;
    if (passed > deadlines.last_request && ending_ == Ending::announced) {
        ending_ = Ending::last_requests_over;
        for (auto const& [connection, owner] : connections_) connection->end();
    }
    if (passed > deadlines.shutdown && ending_ != Ending::closed) {
        ending_ = Ending::closed;
        for (auto const& [connection, owner] : connections_) connection->close();
    }
}

}  // namespace salus::http
