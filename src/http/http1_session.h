// HTTP/1.0 and HTTP/1.1 on one connection (RFC 9112): one request at a time, in order. While one is
// served, bytes that follow it wait here and nothing more is read. Thread safety: see session.h.
#pragma once

#include "http/http1_parser.h"
#include "http/session.h"

namespace salus::http {

class Http1Session final : public Session {
public:
    // The encoder is the event loop's and outlives the session.
    Http1Session(Http1Parser::Bounds const& bounds, ResponseEncoder const& encoder,
                 MonotonicTime now);
    ~Http1Session() override;

    void feed(std::string_view bytes, MonotonicTime now) override;
    [[nodiscard]] bool wants_bytes() const override;
    [[nodiscard]] std::optional<Incoming> next() override;
    void respond(StreamId stream, Response response, MonotonicTime now) override;
    void produce(std::string& out) override;
    [[nodiscard]] bool finished() const override { return finished_; }
    [[nodiscard]] Waiting waiting() const override;
    [[nodiscard]] std::size_t body_bytes() const override { return parser_.body_size(); }
    void give_up(int status) override;
    void announce_end() override { ending_ = true; }
    void end() override;

private:
    enum class Turn { peer, handler };

    void parse(std::string_view bytes);

    Http1Parser parser_;
    ResponseEncoder const& encoder_;
    std::string input_;  // pipelined bytes; at most one read of the connection
    std::string output_;
    Turn turn_ = Turn::peer;
    Method method_ = Method::get;  // of the request that is served
    std::optional<int> refusal_;   // to be given out by next()
    bool ending_ = false;
    bool finished_ = false;
    Waiting::What phase_ = Waiting::What::request;
    MonotonicTime now_;
    MonotonicTime since_;
    MonotonicTime progress_;
};

}  // namespace salus::http
