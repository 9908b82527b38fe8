// The HTTPS server: one event loop per core, each with its own listening socket (SO_REUSEPORT) and
// its own Handler; HTTP/1.1 or HTTP/2 by ALPN. There is no plaintext HTTP (TRN-1): a client that
// does not speak TLS is disconnected. TRN-2 is enforced by ResponseEncoder, TRN-5 by
// replace_certificate().
//
// The process must ignore or block SIGPIPE in its other threads that write to sockets; the loops'
// threads block it themselves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "crypto/tls.h"
#include "foundation/clock.h"
#include "foundation/limits.h"
#include "foundation/log.h"
#include "http/http1_parser.h"
#include "http/message.h"

namespace salus::http {

struct Deadlines {
    std::chrono::nanoseconds handshake = limits::kHandshakeTime;
    std::chrono::nanoseconds header = limits::kHeaderTime;
    std::chrono::nanoseconds body_idle = limits::kBodyIdleTime;
    std::chrono::nanoseconds body = limits::kBodyTime;
    std::chrono::nanoseconds keep_alive = limits::kKeepAliveTime;
    std::chrono::nanoseconds write_stall = limits::kWriteStallTime;
    std::chrono::nanoseconds linger = limits::kLingerTime;
    std::chrono::nanoseconds shutdown = limits::kShutdownTime;
    // At shutdown, how long an idle connection may still send one last request: a client that
    // reuses it in that moment is answered, not cut off.
    std::chrono::nanoseconds last_request = std::chrono::milliseconds(500);
};

struct ServerOptions {
    // "localhost" listens on 127.0.0.1 and, where there is one, ::1. Otherwise an IP address.
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free port
    unsigned loops = 0;      // 0: one per core
    Deadlines deadlines{};
    Http1Parser::Bounds bounds{};
    std::size_t connections = limits::kConnections;
    std::size_t body_bytes_in_flight = limits::kBodyBytesInFlight;
    // Shapes the answer to a request that could not be read; without it the body is empty.
    std::function<Response(int status)> refusal{};
    // Told of each such request. Both are called on the loops' threads, several at a time.
    std::function<void(int status, Peer const& peer)> refused{};
};

struct ServerStatistics {
    std::size_t connections = 0;  // open
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;  // beyond the limit
    std::uint64_t handshakes_failed = 0;
    std::uint64_t requests = 0;  // given to handlers
    std::uint64_t requests_refused = 0;
    std::uint64_t timeouts = 0;
    std::size_t body_bytes = 0;  // in flight
};

// Makes the handler of one loop; called on that loop's thread before it accepts. `home` is the
// loop, outlives the handler and resumes its coroutines.
using HandlerFactory = std::function<std::unique_ptr<Handler>(Executor& home)>;

// Thread safety: any thread, but shut_down() is called once at a time.
class Server {
public:
    // Errc::invalid for an address that is none, Errc::conflict when the port is taken. The clock
    // and the log outlive the server; the certificate is shared with connections that use it.
    static Result<std::unique_ptr<Server>> start(
        ServerOptions options, std::shared_ptr<crypto::TlsServerContext const> certificate,
        HandlerFactory make_handler, Clock const& clock, Log const& log);
    // Shuts down if that was not done.
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    // TRN-5: for connections accepted from here on; open ones go on undisturbed.
    void replace_certificate(std::shared_ptr<crypto::TlsServerContext const> certificate);
    // Accepts no more, serves what is under way, closes, joins the threads. Connections are closed
    // at Deadlines::shutdown at the latest; a handler that is suspended is always waited for,
    // because its frame refers to the loop, so handlers bound their own waits.
    void shut_down();
    [[nodiscard]] ServerStatistics statistics() const noexcept;

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace salus::http
