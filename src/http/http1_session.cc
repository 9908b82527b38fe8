#include "http/http1_session.h"

#include <utility>

#include "http/scrubbed_append.h"

namespace salus::http {

using What = Waiting::What;

Http1Session::Http1Session(Http1Parser::Bounds const& bounds, ResponseEncoder const& encoder,
                           MonotonicTime now)
    : parser_(bounds), encoder_(encoder), now_(now), since_(now), progress_(now) {}

Http1Session::~Http1Session() {
    scrub(input_);
    scrub(output_);
}

bool Http1Session::wants_bytes() const {
    return turn_ == Turn::peer && !finished_ && !refusal_ && input_.empty() &&
           output_.size() < limits::kOutputBytes;
}

void Http1Session::feed(std::string_view bytes, MonotonicTime now) {
    now_ = now;
    progress_ = now;
    parse(bytes);
}

void Http1Session::parse(std::string_view bytes) {
    auto const used = parser_.feed(bytes);
    auto const rest = bytes.substr(used);
    if (parser_.state() == Http1Parser::State::refused) {
        refusal_ = parser_.refusal();
    } else if (!rest.empty()) {
        append_scrubbed(input_, rest);
    }
    if (parser_.take_continue()) output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    auto const phase = parser_.state() == Http1Parser::State::body ? What::body
                       : parser_.begun()                           ? What::head
                                                                   : What::request;
    if (std::exchange(phase_, phase) != phase) since_ = now_;
}

std::optional<Incoming> Http1Session::next() {
    if (turn_ == Turn::handler || finished_ || output_.size() >= limits::kOutputBytes) {
        return std::nullopt;
    }
    if (!input_.empty() && !refusal_ && parser_.state() == Http1Parser::State::head) {
        auto waiting = std::exchange(input_, {});
        parse(waiting);
        scrub(waiting);
    }
    if (refusal_) {
        turn_ = Turn::handler;
        return Incoming{0, Refusal{*refusal_}};
    }
    if (parser_.state() != Http1Parser::State::complete) return std::nullopt;
    turn_ = Turn::handler;
    auto request = parser_.take();
    method_ = request.method;
    return Incoming{0, std::move(request)};
}

void Http1Session::respond(StreamId, Response response, MonotonicTime now) {
    bool const last = refusal_ || ending_ || parser_.persistence() == Persistence::close;
    encoder_.append(output_, response, refusal_ ? Method::get : method_,
                    last ? Persistence::close : Persistence::keep_alive);
    finished_ = last;
    turn_ = Turn::peer;
    phase_ = What::request;
    now_ = since_ = progress_ = now;
}

void Http1Session::produce(std::string& out) {
    if (output_.empty()) return;
    if (out.empty()) {
        out.swap(output_);
    } else {
        append_scrubbed(out, output_);
        scrub(output_);
    }
}

Waiting Http1Session::waiting() const {
    if (turn_ == Turn::handler || finished_ || refusal_) return {What::nothing, since_, progress_};
    return {phase_, since_, progress_};
}

void Http1Session::give_up(int status) {
    if (turn_ == Turn::handler || finished_ || refusal_) return;
    parser_.give_up(status);
    refusal_ = status;
}

void Http1Session::end() {
    ending_ = true;
    if (turn_ == Turn::peer && phase_ == What::request && input_.empty()) finished_ = true;
}

}  // namespace salus::http
