#include "http/http1_parser.h"

#include <algorithm>
#include <utility>

#include "http/chunk_line.h"
#include "http/grammar.h"
#include "http/scrubbed_append.h"

namespace salus::http {

Http1Parser::~Http1Parser() {
    scrub(line_);
    scrub(body_);
}

std::size_t Http1Parser::feed(std::string_view bytes) {
    auto const size = bytes.size();
    while (!bytes.empty() && (state_ == State::head || state_ == State::body)) {
        bool const in_line = step_ == Step::request_line || step_ == Step::fields ||
                             step_ == Step::chunk_size || step_ == Step::trailers;
        in_line ? step_line(bytes) : step_body(bytes);
    }
    return size - bytes.size();
}

void Http1Parser::step_line(std::string_view& bytes) {
    bool const first = step_ == Step::request_line;
    bool const chunk = step_ == Step::chunk_size;
    auto const bytes_max = first   ? bounds_.request_line_bytes
                           : chunk ? limits::kChunkLineBytes
                                   : bounds_.header_bytes - header_bytes_;
    auto const line = next_line(bytes, bytes_max, first ? 414 : chunk ? 400 : 431);
    if (!line) return;
    if (first) return read_request_line(*line);
    if (chunk) return read_chunk_size(*line);
    if (!line->empty()) return read_field(*line);
    step_ == Step::fields ? end_of_head() : complete();
}

void Http1Parser::step_body(std::string_view& bytes) {
    if (step_ == Step::chunk_end) return read_chunk_end(bytes);
    auto const piece = bytes.substr(0, body_left_);
    append_body(piece);
    bytes.remove_prefix(piece.size());
    body_left_ -= piece.size();
    if (body_left_ > 0) return;
    if (step_ == Step::fixed_body) return complete();
    step_ = Step::chunk_end;
    body_left_ = 2;
}

std::optional<std::string_view> Http1Parser::next_line(std::string_view& bytes,
                                                       std::size_t bytes_max, int status_if_long) {
    if (std::exchange(line_is_whole_, false)) scrub(line_);
    auto const feed_at = bytes.find('\n');
    bool const whole = feed_at != std::string_view::npos;
    auto line = bytes.substr(0, whole ? feed_at + 1 : bytes.size());
    bytes.remove_prefix(line.size());
    if (line_.size() + line.size() > bytes_max + 2) {
        refuse(status_if_long);
        return std::nullopt;
    }
    if (!whole || !line_.empty()) {
        append_scrubbed(line_, line);
        line = line_;
    }
    if (!whole) {
        begun_ = true;
        return std::nullopt;
    }
    line_is_whole_ = true;
    if (!line.ends_with("\r\n")) {
        refuse(400);
        return std::nullopt;
    }
    line.remove_suffix(2);
    return line;
}

void Http1Parser::read_request_line(std::string_view line) {
    // RFC 9112 section 2.2: one empty line before a request is ignored.
    if (line.empty() && header_bytes_ == 0) {
        header_bytes_ = 2;
        begun_ = false;
        return;
    }
    begun_ = true;
    auto const first = line.find(' ');
    auto const second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return refuse(400);
    auto const method = line.substr(0, first);
    auto const target = line.substr(first + 1, second - first - 1);
    auto const version = line.substr(second + 1);
    if (!is_token(method)) return refuse(400);
    auto const is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7])) {
        return refuse(400);
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505);
    request_.version = version == "HTTP/1.1" ? Version::http_1_1 : Version::http_1_0;
    request_.method = method_of(method);
    bool const whole_server = target == "*" && request_.method == Method::options;
    if (!is_origin_form(target) && !whole_server) return refuse(400);
    request_.target = EphiText(std::string(target));
    header_bytes_ = 0;
    step_ = Step::fields;
}

void Http1Parser::read_field(std::string_view line) {
    header_bytes_ += line.size() + 2;
    if (header_bytes_ > bounds_.header_bytes) return refuse(431);
    auto const field = parse_field(line);
    if (!field) return refuse(400);
    // Trailer fields are checked and dropped (RFC 9110 section 6.5.1).
    if (step_ == Step::trailers) return;
    if (request_.headers.size() == bounds_.header_count) return refuse(431);
    note_framing(field->name, field->value);
    if (state_ == State::head) request_.headers.add(field->name, field->value);
}

void Http1Parser::note_framing(std::string_view name, std::string_view value) {
    if (equal_without_case(name, "Host")) {
        if (++framing_.hosts > 1 || !is_authority(value)) return refuse(400);
        request_.authority = value;
    } else if (equal_without_case(name, "Content-Length")) {
        framing_.length = content_length(value);
        if (++framing_.lengths > 1 || !framing_.length) return refuse(400);
    } else if (equal_without_case(name, "Transfer-Encoding")) {
        framing_.chunked = equal_without_case(value, "chunked");
        if (++framing_.codings > 1 || !framing_.chunked) return refuse(400);
    } else if (equal_without_case(name, "Connection")) {
        framing_.close |= list_holds(value, "close");
        framing_.keep_alive |= list_holds(value, "keep-alive");
    } else if (equal_without_case(name, "Content-Encoding")) {
        framing_.encoded = true;
    } else if (equal_without_case(name, "Expect")) {
        bool const known = equal_without_case(value, "100-continue");
        (known ? framing_.expects_continue : framing_.expects_other) = true;
    }
}

void Http1Parser::end_of_head() {
    bool const newer = request_.version == Version::http_1_1;
    if (newer && framing_.hosts != 1) return refuse(400);
    if (framing_.chunked && (!newer || framing_.lengths > 0)) return refuse(400);
    if (framing_.expects_other) return refuse(417);
    if (framing_.encoded) return refuse(415);
    if (framing_.length.value_or(0) > bounds_.body_bytes) return refuse(413);
    persistence_ = framing_.close || (!newer && !framing_.keep_alive) ? Persistence::close
                                                                      : Persistence::keep_alive;
    begin_body();
}

void Http1Parser::begin_body() {
    body_left_ = framing_.length.value_or(0);
    if (!framing_.chunked && body_left_ == 0) return complete();
    state_ = State::body;
    step_ = framing_.chunked ? Step::chunk_size : Step::fixed_body;
    continue_wanted_ = framing_.expects_continue && request_.version == Version::http_1_1;
}

void Http1Parser::read_chunk_size(std::string_view line) {
    auto const chunk = parse_chunk_line(line);
    if (!chunk) return refuse(400);
    extension_bytes_ += chunk->extension_bytes;
    if (extension_bytes_ > limits::kChunkExtensionBytes) return refuse(400);
    if (chunk->size > bounds_.body_bytes - body_.size()) return refuse(413);
    body_left_ = chunk->size;
    if (chunk->size > 0) {
        step_ = Step::chunk_data;
        return;
    }
    header_bytes_ = 0;
    step_ = Step::trailers;
}

void Http1Parser::read_chunk_end(std::string_view& bytes) {
    char const wanted = body_left_ == 2 ? '\r' : '\n';
    if (bytes.front() != wanted) return refuse(400);
    bytes.remove_prefix(1);
    if (--body_left_ == 0) step_ = Step::chunk_size;
}

void Http1Parser::append_body(std::string_view bytes) {
    continue_wanted_ = false;
    append_scrubbed(body_, bytes);
}

void Http1Parser::refuse(int status) noexcept {
    if (state_ == State::refused) return;
    state_ = State::refused;
    refusal_ = status;
    persistence_ = Persistence::close;
    scrub(body_);
    std::string().swap(body_);
}

bool Http1Parser::take_continue() noexcept {
    return state_ == State::body && std::exchange(continue_wanted_, false);
}

Request Http1Parser::take() {
    SALUS_CHECK(state_ == State::complete);
    auto request = std::exchange(request_, Request{});
    request.body = EphiText(std::exchange(body_, {}));
    state_ = persistence_ == Persistence::close ? State::ended : State::head;
    step_ = Step::request_line;
    begun_ = false;
    continue_wanted_ = false;
    header_bytes_ = 0;
    extension_bytes_ = 0;
    framing_ = {};
    return request;
}

}  // namespace salus::http
