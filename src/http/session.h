// What a connection needs of a protocol, without I/O: bytes in, requests out, responses in, bytes
// out. Http1Session and Http2Session implement it. Thread safety: the thread of its event loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"
#include "http/response_encoder.h"

namespace salus::http {

using StreamId = std::int32_t;

// A request that could not be read, and the HTTP status that says why. Answered like a request.
struct Refusal {
    int status;
};

struct Incoming {
    StreamId stream;
    std::variant<Request, Refusal> message;
};

// What the peer has to do next, for deadlines.
struct Waiting {
    enum class What {
        nothing,  // a handler is at work, or the end is near
        request,  // idle between requests
        head,     // the head of a request has begun
        body,     // a body is on its way
    };
    What what = What::nothing;
    MonotonicTime since{};     // when this began
    MonotonicTime progress{};  // when the last piece came
};

class Session {
public:
    virtual ~Session() = default;

    // Bytes from the peer. REQUIRES: wants_bytes().
    virtual void feed(std::string_view bytes, MonotonicTime now) = 0;
    // Back-pressure: false while requests or responses of this connection are in the way.
    [[nodiscard]] virtual bool wants_bytes() const = 0;
    // The next request to serve; each must be answered with respond().
    [[nodiscard]] virtual std::optional<Incoming> next() = 0;
    virtual void respond(StreamId stream, Response response, MonotonicTime now) = 0;
    // Appends bytes for the peer, about limits::kOutputBytes at a time; nothing when there are
    // none.
    virtual void produce(std::string& out) = 0;
    // Whether to close once everything produced is written.
    [[nodiscard]] virtual bool finished() const = 0;

    [[nodiscard]] virtual Waiting waiting() const = 0;
    // Bytes of request bodies held that next() has not given out.
    [[nodiscard]] virtual std::size_t body_bytes() const = 0;
    // Gives up what the peer is sending: 408 for the slow, 503 when no memory is left for bodies.
    virtual void give_up(int status) = 0;
    // Graceful end, in two steps (RFC 9113 section 6.8): announce it, so that requests under way
    // are still served; then take no more.
    virtual void announce_end() = 0;
    virtual void end() = 0;
};

}  // namespace salus::http
