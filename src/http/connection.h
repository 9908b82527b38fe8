// One TLS connection on its event loop: handshake, protocol session, deadlines, back-pressure.
// It lives until both its socket is closed and no handler refers to it. Thread: its loop's.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/tls.h"
#include "http/event_loop.h"
#include "http/server_state.h"
#include "http/session.h"

namespace salus::http {

class Connection;

// What the connections of one loop share; outlives them.
struct ConnectionContext {
    ServerState& server;
    EventLoop& loop;
    Handler& handler;
    ResponseEncoder const& encoder;
    std::span<char> read_buffer;
    // Connections that nothing refers to any more, each once; to be deleted at the end of the turn.
    std::vector<Connection*> retired{};
};

class Connection final : public Watcher {
public:
    Connection(ConnectionContext& context, FileDescriptor socket, Peer peer);
    ~Connection() override;

    // Registers with the loop and begins the handshake.
    void open();
    void on_events(std::uint32_t events) override;
    // Enforces the deadlines.
    void on_sweep();
    // The two steps of a graceful end; see Session.
    void announce_end();
    void end();
    // Drops the socket at once.
    void close();

private:
    enum class Phase { handshake, open, lingering, closed };
    enum class Flow { on, stalled };

    void shake_hands();
    void pump();
    void serve_ready();
    Task<void> serve(StreamId stream, Request request, BodyLease lease);
    void answer(StreamId stream, Response response);
    void refuse(StreamId stream, int status);
    Flow write_out();
    Flow read_once();
    void linger();
    void discard_input();
    void retire();
    void watch_for(std::uint32_t events);
    [[nodiscard]] bool overdue() const;
    void release_memory();
    void check_waiting();

    ConnectionContext& context_;
    std::optional<crypto::TlsConnection> tls_;
    Peer peer_;
    std::unique_ptr<Session> session_;
    BodyLease held_;  // for bodies that are still arriving
    std::string output_;
    std::size_t written_ = 0;
    std::size_t serving_ = 0;
    Phase phase_ = Phase::handshake;
    bool ending_ = false;
    bool pumping_ = false;
    bool readable_ = false;
    bool quiet_ = false;         // no event came since the last sweep
    bool holds_memory_ = false;  // TLS keeps what it reads records into
    std::uint32_t events_ = 0;   // that epoll watches for
    MonotonicTime since_;        // of the phase
    MonotonicTime write_progress_;
};

}  // namespace salus::http
