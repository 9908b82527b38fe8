// HTTP/2 on one connection (RFC 9113), by nghttp2. Streams, header lists, resets, SETTINGS, PING
// and bodies are bounded. A stream that a handler serves stays known until its response is given,
// even when the peer has reset it, so a peer that opens and resets streams cannot have more work
// done for it at a time than kHttp2Streams requests (CVE-2023-44487). Thread safety: see session.h.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "http/http1_parser.h"
#include "http/session.h"

struct nghttp2_session;

namespace salus::http {

class Http2Session final : public Session {
public:
    // Bounds mean what they mean in HTTP/1.1. The encoder is the event loop's and outlives the
    // session.
    Http2Session(Http1Parser::Bounds const& bounds, ResponseEncoder const& encoder,
                 MonotonicTime now);
    ~Http2Session() override;

    void feed(std::string_view bytes, MonotonicTime now) override;
    [[nodiscard]] bool wants_bytes() const override;
    [[nodiscard]] std::optional<Incoming> next() override;
    void respond(StreamId stream, Response response, MonotonicTime now) override;
    void produce(std::string& out) override;
    [[nodiscard]] bool finished() const override;
    [[nodiscard]] Waiting waiting() const override;
    [[nodiscard]] std::size_t body_bytes() const override { return body_bytes_; }
    void give_up(int status) override;
    void announce_end() override;
    void end() override;

private:
    struct Callbacks;  // nghttp2's view of this class
    struct Stream;
    enum class FieldKind { header, trailer };

    Stream* find(StreamId id);
    void open_stream(StreamId id);
    // 0, or an error of nghttp2 to return from the callback.
    int read_field(Stream& stream, FieldKind kind, std::string_view name, std::string_view value);
    bool read_pseudo_field(Stream& stream, std::string_view name, std::string_view value);
    void end_of_head(Stream& stream);
    void read_body(Stream& stream, std::string_view bytes);
    void end_of_request(Stream& stream);
    void refuse(Stream& stream, int status);
    void close_stream(StreamId id);
    void release_body(Stream& stream);
    void submit(Stream& stream);
    void note_control_frame();

    struct SessionDeleter {
        void operator()(nghttp2_session* session) const noexcept;
    };

    Http1Parser::Bounds bounds_;
    ResponseEncoder const& encoder_;
    std::unique_ptr<nghttp2_session, SessionDeleter> session_;
    std::map<StreamId, std::unique_ptr<Stream>> streams_;
    std::deque<Incoming> ready_;
    std::size_t serving_ = 0;     // requests given out and not answered
    std::size_t body_bytes_ = 0;  // of requests not given out
    StreamId newest_body_ = 0;    // the stream whose body grew last
    bool failed_ = false;
    std::size_t control_frames_ = 0;  // since control_since_
    MonotonicTime control_since_;
    MonotonicTime now_;
    MonotonicTime idle_since_;
};

}  // namespace salus::http
