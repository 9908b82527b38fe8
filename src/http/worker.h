// One thread of the server: its loop, listening sockets, handler and connections. Thread safety:
// construction and join() on the server's thread, wake() from any, the rest on its own.
#pragma once

#include <array>
#include <future>
#include <memory>
#include <thread>
#include <unordered_map>

#include "http/connection.h"
#include "http/event_loop.h"
#include "http/listener.h"
#include "http/server_state.h"

namespace salus::http {

class Worker final : public LoopOwner {
public:
    // The state outlives the worker.
    Worker(ServerState& server, std::unique_ptr<EventLoop> loop, Listeners listeners);
    ~Worker() override;

    // Starts the thread; returns when the handler is made and connections are accepted.
    void start();
    // Makes the thread look at ServerState::ending at once.
    void wake() noexcept { loop_->wake(); }
    void join();

    void on_sweep() override;
    void on_turn_end() override;

private:
    class Door;  // one listening socket

    void run(std::promise<void>& ready);
    // False when the system is out of descriptors.
    bool let_in(int listener);
    void begin_ending();
    void go_on_ending();

    ServerState& server_;
    std::unique_ptr<EventLoop> loop_;
    Listeners listeners_;
    std::vector<std::unique_ptr<Door>> doors_;
    std::thread thread_;
    std::unique_ptr<Handler> handler_;
    ResponseEncoder encoder_;
    std::array<char, 16 * limits::kKiB> read_buffer_{};
    std::optional<ConnectionContext> context_;
    std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
    enum class Ending { no, announced, last_requests_over, closed } ending_ = Ending::no;
    MonotonicTime ending_since_;
};

}  // namespace salus::http
