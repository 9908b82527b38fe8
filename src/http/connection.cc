#include "http/connection.h"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

#include "http/http1_session.h"
#include "http/http2_session.h"

namespace salus::http {

using crypto::TlsProgress;

Connection::Connection(ConnectionContext& context, FileDescriptor socket, Peer peer)
    : context_(context),
      tls_(std::in_place, context.server.certificate.get(), std::move(socket)),
      peer_(std::move(peer)),
      held_(context.server.counters.body_bytes, 0),
      since_(context.loop.now()),
      write_progress_(since_) {
    context_.server.counters.connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
    scrub(output_);
}

void Connection::open() {
    events_ = EPOLLIN;
    if (!context_.loop.watch(tls_->descriptor(), *this, events_)) close();
}

void Connection::on_events(std::uint32_t events) {
    if (phase_ == Phase::closed) return;
    quiet_ = false;
    // Both directions are gone or the socket failed: nobody is left to answer.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
    if ((events & EPOLLIN) != 0) readable_ = true;
    switch (phase_) {
        case Phase::handshake: return shake_hands();
        case Phase::open: return pump();
        case Phase::lingering: return discard_input();
        case Phase::closed: return;
    }
}

void Connection::shake_hands() {
    switch (tls_->handshake()) {
        case TlsProgress::want_read: return watch_for(EPOLLIN);
        case TlsProgress::want_write: return watch_for(EPOLLOUT);
        case TlsProgress::closed:
            context_.server.counters.handshakes_failed.fetch_add(1, std::memory_order_relaxed);
            return close();
        case TlsProgress::done: break;
    }
    auto const now = context_.loop.now();
    auto const& bounds = context_.server.options.bounds;
    peer_.tls_version = tls_->version();
    peer_.key = tls_->peer_key();
    peer_.certificate = tls_->peer_certificate();
    if (peer_.certificate)
        peer_.certificates = std::make_shared<std::vector<Bytes> const>(tls_->peer_certificates());
    if (tls_->protocol() == crypto::TlsProtocol::http2) {
        session_ = std::make_unique<Http2Session>(bounds, context_.encoder, now);
    } else {
        session_ = std::make_unique<Http1Session>(bounds, context_.encoder, now);
    }
    phase_ = Phase::open;
    since_ = write_progress_ = now;
    if (ending_) session_->announce_end();
    pump();
}

// Moves everything that can be moved: responses out, requests to the handler, bytes in. Handlers
// that answer at once come back here through answer(), hence the guard.
void Connection::pump() {
    if (pumping_ || phase_ != Phase::open) return;
    pumping_ = true;
    auto flow = write_out();
    while (flow == Flow::on && phase_ == Phase::open) {
        serve_ready();
        flow = write_out();
        if (flow == Flow::on && phase_ == Phase::open) flow = read_once();
    }
    pumping_ = false;
    if (phase_ != Phase::open) return;
    // While a handler is at work the socket stays registered for input, since most handlers are
    // done before any arrives; only an event that cannot be used is switched off.
    bool const stalled = !output_.empty();
    bool const usable = !stalled && session_->wants_bytes();
    std::uint32_t const input = usable || !readable_ ? EPOLLIN : 0U;
    watch_for(input | (stalled ? EPOLLOUT : 0U));
}

void Connection::serve_ready() {
    while (auto incoming = session_->next()) {
        ++serving_;
        if (auto const* const refusal = std::get_if<Refusal>(&incoming->message)) {
            refuse(incoming->stream, refusal->status);
            continue;
        }
        auto& request = std::get<Request>(incoming->message);
        BodyLease lease(context_.server.counters.body_bytes, request.body.size());
        request.peer = peer_;
        request.received = context_.loop.now();
        context_.server.counters.requests.fetch_add(1, std::memory_order_relaxed);
        detach(serve(incoming->stream, std::move(request), std::move(lease)));
    }
    held_.resize(session_->body_bytes());
}

Task<void> Connection::serve(StreamId stream, Request request, [[maybe_unused]] BodyLease lease) {
    auto response = co_await context_.handler.handle(std::move(request));
    answer(stream, std::move(response));
}

void Connection::answer(StreamId stream, Response response) {
    --serving_;
    if (phase_ == Phase::closed) return retire();
    session_->respond(stream, checked(std::move(response)), context_.loop.now());
    pump();
}

void Connection::refuse(StreamId stream, int status) {
    auto const& options = context_.server.options;
    context_.server.counters.requests_refused.fetch_add(1, std::memory_order_relaxed);
    if (options.refused) options.refused(status, peer_);
    Response response;
    if (options.refusal) response = options.refusal(status);
    response.status = status;
    answer(stream, std::move(response));
}

Connection::Flow Connection::write_out() {
    while (true) {
        if (written_ == output_.size()) {
            scrub(output_);
            written_ = 0;
            session_->produce(output_);
            if (output_.empty()) break;
            // The stall deadline runs from the first byte that waits.
            write_progress_ = context_.loop.now();
        }
        std::size_t count = 0;
        auto const progress = tls_->write(std::string_view(output_).substr(written_), count);
        written_ += count;
        if (progress == TlsProgress::closed) close();
        if (progress != TlsProgress::done) return Flow::stalled;
        write_progress_ = context_.loop.now();
    }
    // An idle connection keeps no buffer.
    if (output_.capacity() > limits::kKiB) std::string().swap(output_);
    if (session_->finished()) linger();
    return Flow::on;
}

Connection::Flow Connection::read_once() {
    if (!session_->wants_bytes() || !readable_) return Flow::stalled;
    std::size_t count = 0;
    auto const memory = quiet_ ? crypto::TlsMemory::released : crypto::TlsMemory::kept;
    holds_memory_ = memory == crypto::TlsMemory::kept;
    auto const progress = tls_->read(context_.read_buffer, count, memory);
    if (progress == TlsProgress::closed) close();
    if (progress != TlsProgress::done) {
        readable_ = false;
        return Flow::stalled;
    }
    // The level-triggered loop tells of bytes in the socket, not of those inside the TLS layer.
    readable_ = tls_->has_pending();
    auto const bytes = std::string_view(context_.read_buffer.data(), count);
    session_->feed(bytes, context_.loop.now());
    // The loop's buffer would keep the request until the next one comes (KEY-5).
    scrub({reinterpret_cast<std::uint8_t*>(context_.read_buffer.data()), count});
    held_.resize(session_->body_bytes());
    auto const& server = context_.server;
    if (session_->body_bytes() > 0 && server.counters.body_bytes.load(std::memory_order_relaxed) >
                                          server.options.body_bytes_in_flight) {
        session_->give_up(503);
    }
    return Flow::on;
}

// Closing a socket with unread input makes the kernel send a reset, which can destroy the last
// answer before the peer has read it (RFC 9112 section 9.6): end our side, then read to the end.
void Connection::linger() {
    tls_->shut_down();
    ::shutdown(tls_->descriptor(), SHUT_WR);
    phase_ = Phase::lingering;
    since_ = context_.loop.now();
    watch_for(EPOLLIN);
    discard_input();
}

void Connection::discard_input() {
    auto const buffer = context_.read_buffer;
    while (true) {
        auto const count = ::recv(tls_->descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) continue;
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) close();
        return;
    }
}

void Connection::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    context_.loop.forget(tls_->descriptor());
    tls_.reset();
    held_.resize(0);
    context_.server.counters.connections.fetch_sub(1, std::memory_order_relaxed);
    retire();
}

void Connection::retire() {
    if (serving_ == 0) context_.retired.push_back(this);
}

void Connection::watch_for(std::uint32_t events) {
    if (events == events_) return;
    events_ = events;
    context_.loop.change(tls_->descriptor(), *this, events);
}

void Connection::on_sweep() {
    if (phase_ == Phase::closed) return;
    if (overdue()) {
        context_.server.counters.timeouts.fetch_add(1, std::memory_order_relaxed);
        return close();
    }
    if (std::exchange(quiet_, true) && holds_memory_) release_memory();
    if (phase_ == Phase::open) check_waiting();
}

// The TLS layer gives its memory back in a read that finds nothing.
void Connection::release_memory() {
    if (phase_ != Phase::open || !output_.empty() || !session_->wants_bytes()) return;
    readable_ = true;
    pump();
}

bool Connection::overdue() const {
    auto const now = context_.loop.now();
    auto const& deadlines = context_.server.options.deadlines;
    if (phase_ == Phase::handshake) return now - since_ > deadlines.handshake;
    if (phase_ == Phase::lingering) return now - since_ > deadlines.linger;
    return !output_.empty() && now - write_progress_ > deadlines.write_stall;
}

void Connection::check_waiting() {
    using What = Waiting::What;
    auto const now = context_.loop.now();
    auto const& deadlines = context_.server.options.deadlines;
    auto const waiting = session_->waiting();
    bool const slow_head = waiting.what == What::head && now - waiting.since > deadlines.header;
    bool const slow_body =
        waiting.what == What::body &&
        (now - waiting.progress > deadlines.body_idle || now - waiting.since > deadlines.body);
    if (slow_head || slow_body) {
        context_.server.counters.timeouts.fetch_add(1, std::memory_order_relaxed);
        session_->give_up(408);
        return pump();
    }
    if (waiting.what == What::request && now - waiting.since > deadlines.keep_alive) end();
}

void Connection::announce_end() {
    ending_ = true;
    if (phase_ != Phase::open) return;
    session_->announce_end();
    pump();
}

void Connection::end() {
    if (phase_ == Phase::handshake) return close();
    if (phase_ != Phase::open) return;
    session_->end();
    pump();
}

}  // namespace salus::http
