// Requests of HTTP/1.0 and HTTP/1.1 (RFC 9112) out of bytes, without I/O. Strict: whatever another
// reader of the same bytes might frame differently is refused, so that no request can be smuggled
// past the safeguards. Bounded by foundation/limits.h. Thread safety: one thread at a time.
//
// Refused with 400 unless noted: bare LF, obs-fold, white space before the colon, a field name or
// method that is no token, control bytes, Content-Length with Transfer-Encoding, more than one
// Content-Length, any Transfer-Encoding but exactly `chunked`, Transfer-Encoding in HTTP/1.0, no
// Host or two, a target that is not in origin form (or `*` for OPTIONS), HTTP/0.9; another version
// (505), long lines (414, 431), a large body (413), Content-Encoding (415), Expect other than
// 100-continue (417).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/limits.h"
#include "http/message.h"

namespace salus::http {

enum class Persistence { keep_alive, close };

class Http1Parser {
public:
    enum class State {
        head,      // waits for a request line or fields
        body,      // waits for the body or its trailers
        complete,  // take() it before feeding more
        refused,   // answer refusal() and close
        ended,     // the last request asked to close: nothing after it is read
    };
    struct Bounds {
        std::size_t request_line_bytes = limits::kRequestLineBytes;
        std::size_t header_bytes = limits::kHeaderBytes;
        std::size_t header_count = limits::kHeaderCount;
        std::size_t body_bytes = limits::kBodyBytes;
    };

    Http1Parser() = default;
    explicit Http1Parser(Bounds const& bounds) : bounds_(bounds) {}
    ~Http1Parser();
    Http1Parser(Http1Parser const&) = delete;
    Http1Parser& operator=(Http1Parser const&) = delete;

    // Reads at most to the end of one request and returns how many bytes it used. Stops when the
    // state is neither head nor body.
    std::size_t feed(std::string_view bytes);

    [[nodiscard]] State state() const noexcept { return state_; }
    // The HTTP status that explains the refusal. REQUIRES: state() == refused.
    [[nodiscard]] int refusal() const noexcept { return refusal_; }
    // Refuses whatever is arriving, for a reason of the caller's.
    void give_up(int status) noexcept { refuse(status); }
    // Whether some of a request has arrived.
    [[nodiscard]] bool begun() const noexcept { return begun_; }
    // Bytes of body held.
    [[nodiscard]] std::size_t body_size() const noexcept { return body_.size(); }
    // True once for each request whose client waits for `100 Continue` (RFC 9110 section 10.1.1)
    // and whose body has not begun to arrive.
    [[nodiscard]] bool take_continue() noexcept;
    // Whether the connection may go on after the request that was taken last.
    [[nodiscard]] Persistence persistence() const noexcept { return persistence_; }
    // REQUIRES: state() == complete. Peer and time are left for the caller.
    [[nodiscard]] Request take();

private:
    enum class Step {
        request_line,
        fields,
        fixed_body,
        chunk_size,
        chunk_data,
        chunk_end,
        trailers
    };

    std::optional<std::string_view> next_line(std::string_view& bytes, std::size_t bytes_max,
                                              int status_if_long);
    void step_line(std::string_view& bytes);
    void step_body(std::string_view& bytes);
    void read_request_line(std::string_view line);
    void read_field(std::string_view line);
    void note_framing(std::string_view name, std::string_view value);
    void end_of_head();
    void begin_body();
    void read_chunk_size(std::string_view line);
    void read_chunk_end(std::string_view& bytes);
    void append_body(std::string_view bytes);
    void refuse(int status) noexcept;
    void complete() noexcept { state_ = State::complete; }

    Bounds bounds_{};
    State state_ = State::head;
    Step step_ = Step::request_line;
    Persistence persistence_ = Persistence::keep_alive;
    int refusal_ = 0;
    bool begun_ = false;
    bool continue_wanted_ = false;

    // The unfinished line; emptied when the next one is asked for.
    std::string line_;
    bool line_is_whole_ = false;

    Request request_;
    std::string body_;
    std::size_t header_bytes_ = 0;
    std::size_t body_left_ = 0;  // of the body, or of the chunk
    std::size_t extension_bytes_ = 0;
    struct Framing {
        std::size_t hosts = 0;
        std::size_t lengths = 0;
        std::size_t codings = 0;
        std::optional<std::size_t> length;
        bool chunked = false;
        bool close = false;
        bool keep_alive = false;
        bool encoded = false;
        bool expects_continue = false;
        bool expects_other = false;
    } framing_;
};

}  // namespace salus::http
