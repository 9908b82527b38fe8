#include "http/http2_session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nghttp2/nghttp2.h>
#include <utility>
#include <vector>

#include "http/grammar.h"
#include "http/scrubbed_append.h"
#include "http/wire.h"

namespace salus::http {

using namespace std::chrono_literals;

struct Http2Session::Stream {
    enum class State { receiving, ready, serving, answered };
    StreamId id = 0;
    State state = State::receiving;
    Request request;
    std::string body;
    std::string cookies;
    Method method = Method::get;  // for the answer, when the request has been given out
    std::size_t header_bytes = 0;
    std::size_t header_count = 0;
    int refusal = 0;
    bool gone = false;  // closed by nghttp2 while a handler serves it
    bool expects_continue = false;
    Response response;
    std::size_t sent = 0;
    MonotonicTime since{};
    MonotonicTime progress{};

    ~Stream() { scrub(body); }
};

namespace {

std::string_view text(std::uint8_t const* bytes, std::size_t size) {
    return text_of({bytes, size});
}

nghttp2_nv field_of(std::string_view name, std::string_view value) {
    // nghttp2 copies the field (no NO_COPY flag) and does not write through the pointers.
    auto const pointer = [](std::string_view view) {
        return const_cast<std::uint8_t*>(bytes_of(view).data());
    };
    return {pointer(name), pointer(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

// The functions that nghttp2 calls; `user` is the session.
struct Http2Session::Callbacks {
    static Http2Session& self(void* user) { return *static_cast<Http2Session*>(user); }

    static int begin_headers(nghttp2_session*, nghttp2_frame const* frame, void* user) {
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) self(user).open_stream(frame->hd.stream_id);
        return 0;
    }

    static int header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name,
                      std::size_t name_size, std::uint8_t const* value, std::size_t value_size,
                      std::uint8_t, void* user) {
        auto* const stream = self(user).find(frame->hd.stream_id);
        if (!stream) return 0;
        auto const kind =
            frame->headers.cat == NGHTTP2_HCAT_REQUEST ? FieldKind::header : FieldKind::trailer;
        return self(user).read_field(*stream, kind, text(name, name_size), text(value, value_size));
    }

    // Without this nghttp2 would drop a malformed field and go on.
    static int invalid_header(nghttp2_session*, nghttp2_frame const*, std::uint8_t const*,
                              std::size_t, std::uint8_t const*, std::size_t, std::uint8_t, void*) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }

    static int data_chunk(nghttp2_session*, std::uint8_t, std::int32_t id,
                          std::uint8_t const* bytes, std::size_t size, void* user) {
        if (auto* const stream = self(user).find(id)) {
            self(user).read_body(*stream, text(bytes, size));
        }
        return 0;
    }

    static int frame_received(nghttp2_session*, nghttp2_frame const* frame, void* user) {
        auto const type = frame->hd.type;
        bool const ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        bool const empty_data = type == NGHTTP2_DATA && frame->hd.length == 0 && !ends;
        if (empty_data || type == NGHTTP2_SETTINGS || type == NGHTTP2_PING ||
            type == NGHTTP2_PRIORITY) {
            self(user).note_control_frame();
        }
        if (type != NGHTTP2_DATA && type != NGHTTP2_HEADERS) return 0;
        auto* const stream = self(user).find(frame->hd.stream_id);
        if (!stream) return 0;
        if (type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
            self(user).end_of_head(*stream);
        }
        if (ends) self(user).end_of_request(*stream);
        return 0;
    }

    // A response that ends before its request does (RFC 9113 section 8.1): ask the peer to stop.
    static int frame_sent(nghttp2_session* session, nghttp2_frame const* frame, void*) {
        auto const id = frame->hd.stream_id;
        bool const carries = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
        bool const ends = carries && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (ends && nghttp2_session_get_stream_remote_close(session, id) == 0) {
            return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
        }
        return 0;
    }

    static int stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
        self(user).close_stream(id);
        return 0;
    }

    static ssize_t body_piece(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void* user) {
        auto& stream = *static_cast<Stream*>(source->ptr);
        stream.progress = self(user).now_;
        auto const rest = Wire::open(stream.response.body).substr(stream.sent);
        auto const count = std::min(size, rest.size());
        std::memcpy(out, rest.data(), count);
        stream.sent += count;
        if (count == rest.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(count);
    }

    static nghttp2_session* make_session(Http2Session& owner) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_option* option = nullptr;
        nghttp2_session* session = nullptr;
        SALUS_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
        SALUS_CHECK(nghttp2_option_new(&option) == 0);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, header);
        nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, invalid_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data_chunk);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frame_sent);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
        nghttp2_option_set_stream_reset_rate_limit(option, limits::kHttp2ResetBurst,
                                                   limits::kHttp2ResetRate);
        nghttp2_option_set_max_outbound_ack(option, limits::kHttp2ControlFrames);
        nghttp2_option_set_max_settings(option, 32);
        nghttp2_option_set_max_continuations(option, 8);
        nghttp2_option_set_no_closed_streams(option, 1);
        SALUS_CHECK(nghttp2_session_server_new2(&session, callbacks, &owner, option) == 0);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        return session;
    }
};

void Http2Session::SessionDeleter::operator()(nghttp2_session* session) const noexcept {
    nghttp2_session_del(session);
}

Http2Session::Http2Session(Http1Parser::Bounds const& bounds, ResponseEncoder const& encoder,
                           MonotonicTime now)
    : bounds_(bounds),
      encoder_(encoder),
      session_(Callbacks::make_session(*this)),
      control_since_(now),
      now_(now),
      idle_since_(now) {
    std::array const settings = {
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits::kHttp2Streams},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits::kHttp2WindowBytes},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
                               static_cast<std::uint32_t>(bounds.header_bytes)},
    };
    auto const result = nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(),
                                                settings.size());
    failed_ =
        result != 0 || nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0,
                                                             2 * limits::kHttp2WindowBytes) != 0;
}

// nghttp2 calls back for streams that it closes when it is deleted: streams_ must still be there.
Http2Session::~Http2Session() {
    session_.reset();
}

bool Http2Session::wants_bytes() const {
    return !failed_ && serving_ + ready_.size() < limits::kHttp2Streams &&
           nghttp2_session_want_read(session_.get()) != 0;
}

void Http2Session::feed(std::string_view bytes, MonotonicTime now) {
    now_ = now;
    auto const view = bytes_of(bytes);
    auto const used = nghttp2_session_mem_recv(session_.get(), view.data(), view.size());
    if (used < 0) failed_ = true;
}

Http2Session::Stream* Http2Session::find(StreamId id) {
    auto const found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Session::open_stream(StreamId id) {
    auto stream = std::make_unique<Stream>();
    stream->id = id;
    stream->request.version = Version::http_2;
    stream->since = stream->progress = now_;
    streams_.insert_or_assign(id, std::move(stream));
}

int Http2Session::read_field(Stream& stream, FieldKind kind, std::string_view name,
                             std::string_view value) {
    // The size that SETTINGS_MAX_HEADER_LIST_SIZE counts (RFC 9113 section 6.5.2).
    stream.header_bytes += name.size() + value.size() + 32;
    if (stream.header_bytes > bounds_.header_bytes ||
        ++stream.header_count > bounds_.header_count) {
        // A peer that goes on far beyond what we announced is not worth an answer.
        if (stream.header_bytes > 4 * bounds_.header_bytes) {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        }
        refuse(stream, 431);
        return 0;
    }
    // Trailer fields are counted and dropped (RFC 9110 section 6.5.1).
    if (kind == FieldKind::trailer) return 0;
    if (name.starts_with(':')) {
        return read_pseudo_field(stream, name, value) ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (stream.state != Stream::State::receiving || !is_field_value(value)) {
        return stream.refusal != 0 ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (name == "cookie") {
        // RFC 9113 section 8.2.3: pieces of one field.
        if (!stream.cookies.empty()) stream.cookies += "; ";
        stream.cookies += value;
        return 0;
    }
    if (name == "expect") {
        stream.expects_continue = equal_without_case(value, "100-continue");
        if (!stream.expects_continue) refuse(stream, 417);
    }
    if (name == "content-encoding") refuse(stream, 415);
    if (name == "content-length" && content_length(value).value_or(0) > bounds_.body_bytes) {
        refuse(stream, 413);
    }
    stream.request.headers.add(name, value);
    return 0;
}

bool Http2Session::read_pseudo_field(Stream& stream, std::string_view name,
                                     std::string_view value) {
    auto& request = stream.request;
    if (name == ":method") {
        stream.method = request.method = method_of(value);
    } else if (name == ":path") {
        if (value.size() > bounds_.request_line_bytes) refuse(stream, 414);
        // nghttp2 allows "*" for OPTIONS only.
        if (!is_origin_form(value) && value != "*") return false;
        request.target = EphiText(std::string(value));
    } else if (name == ":authority") {
        if (!is_authority(value)) return false;
        request.authority = value;
    } else if (name == ":scheme") {
        return value == "https";
    } else {
        return false;
    }
    return true;
}

void Http2Session::end_of_head(Stream& stream) {
    auto& request = stream.request;
    if (!stream.cookies.empty()) request.headers.add("cookie", stream.cookies);
    // RFC 9113 section 8.3.1: Host stands in for :authority and may not contradict it.
    auto const hosts = request.headers.count("host");
    auto const host = request.headers.get("host").value_or("");
    if (hosts == 1 && request.authority.empty() && is_authority(host)) request.authority = host;
    bool const agrees = hosts == 0 || (hosts == 1 && equal_without_case(host, request.authority));
    if (request.authority.empty() || !agrees || request.target.empty()) refuse(stream, 400);
    if (stream.expects_continue && stream.refusal == 0) {
        auto const status = field_of(":status", "100");
        nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr, &status, 1,
                               nullptr);
    }
}

void Http2Session::read_body(Stream& stream, std::string_view bytes) {
    if (stream.state != Stream::State::receiving || stream.refusal != 0) return;
    stream.progress = now_;
    if (bytes.size() > bounds_.body_bytes - stream.body.size()) return refuse(stream, 413);
    append_scrubbed(stream.body, bytes);
    body_bytes_ += bytes.size();
    newest_body_ = stream.id;
}

void Http2Session::end_of_request(Stream& stream) {
    if (stream.state != Stream::State::receiving) return;
    body_bytes_ -= stream.body.size();
    stream.request.body = EphiText(std::exchange(stream.body, {}));
    stream.state = Stream::State::ready;
    ready_.push_back({stream.id, std::exchange(stream.request, Request{})});
}

void Http2Session::refuse(Stream& stream, int status) {
    if (stream.state != Stream::State::receiving) return;
    release_body(stream);
    stream.refusal = status;
    stream.state = Stream::State::ready;
    ready_.push_back({stream.id, Refusal{status}});
}

void Http2Session::release_body(Stream& stream) {
    body_bytes_ -= stream.body.size();
    scrub(stream.body);
}

void Http2Session::close_stream(StreamId id) {
    auto* const stream = find(id);
    if (!stream) return;
    release_body(*stream);
    idle_since_ = now_;
    if (stream->state == Stream::State::serving) {
        stream->gone = true;
        return;
    }
    std::erase_if(ready_, [id](Incoming const& incoming) { return incoming.stream == id; });
    streams_.erase(id);
}

void Http2Session::note_control_frame() {
    if (now_ - control_since_ > 1s) {
        control_since_ = now_;
        control_frames_ = 0;
    }
    if (++control_frames_ > limits::kHttp2ControlFrames) {
        nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
    }
}

std::optional<Incoming> Http2Session::next() {
    if (ready_.empty() || serving_ >= limits::kHttp2Streams) return std::nullopt;
    auto incoming = std::move(ready_.front());
    ready_.pop_front();
    find(incoming.stream)->state = Stream::State::serving;
    ++serving_;
    return incoming;
}

void Http2Session::respond(StreamId id, Response response, MonotonicTime now) {
    --serving_;
    now_ = idle_since_ = now;
    auto* const stream = find(id);
    SALUS_CHECK(stream && stream->state == Stream::State::serving);
    if (stream->gone) {
        streams_.erase(id);
        return;
    }
    stream->state = Stream::State::answered;
    stream->progress = now;
    stream->response = std::move(response);
    submit(*stream);
}

void Http2Session::submit(Stream& stream) {
    auto const& answer = stream.response;
    bool const content = has_content(answer.status);
    auto const status = std::to_string(answer.status);
    auto const size = std::to_string(answer.body.size());
    std::vector<std::string> names;  // lower case; does not grow while fields point into it
    names.reserve(answer.headers.size());
    std::vector<nghttp2_nv> fields = {
        field_of(":status", status),
        field_of("date", encoder_.date()),
        field_of("strict-transport-security", kStrictTransportSecurity),
        field_of("x-content-type-options", "nosniff"),
    };
    bool cacheable = false;
    for (auto const& [name, value] : answer.headers) {
        if (is_owned_field(name)) continue;
        names.push_back(lower_case(name));
        cacheable = cacheable || names.back() == "cache-control";
        fields.push_back(field_of(names.back(), value));
    }
    if (!cacheable) fields.push_back(field_of("cache-control", "no-store"));
    if (content) fields.push_back(field_of("content-length", size));
    nghttp2_data_provider body{};
    body.source.ptr = &stream;
    body.read_callback = Callbacks::body_piece;
    bool const sent = content && !answer.body.empty() && stream.method != Method::head;
    auto const result = nghttp2_submit_response(session_.get(), stream.id, fields.data(),
                                                fields.size(), sent ? &body : nullptr);
    if (result != 0) failed_ = true;
}

void Http2Session::produce(std::string& out) {
    while (out.size() < limits::kOutputBytes) {
        std::uint8_t const* bytes = nullptr;
        auto const size = nghttp2_session_mem_send(session_.get(), &bytes);
        if (size < 0) failed_ = true;
        if (size <= 0) return;
        append_scrubbed(out, text(bytes, static_cast<std::size_t>(size)));
    }
}

bool Http2Session::finished() const {
    return failed_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                       nghttp2_session_want_write(session_.get()) == 0);
}

Waiting Http2Session::waiting() const {
    using What = Waiting::What;
    Waiting oldest{What::nothing, MonotonicTime::max(), MonotonicTime::max()};
    for (auto const& [id, stream] : streams_) {
        // An answered stream waits for the peer's flow-control window: progress, but no end, is
        // due.
        bool const receiving = stream->state == Stream::State::receiving;
        if (!receiving && stream->state != Stream::State::answered) continue;
        oldest.what = What::body;
        oldest.progress = std::min(oldest.progress, stream->progress);
        if (receiving) oldest.since = std::min(oldest.since, stream->since);
    }
    if (oldest.what == What::body || !streams_.empty()) return oldest;
    return {What::request, idle_since_, idle_since_};
}

void Http2Session::give_up(int status) {
    if (auto* const newest = status == 503 ? find(newest_body_) : nullptr) {
        return refuse(*newest, status);
    }
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::announce_end() {
    nghttp2_submit_shutdown_notice(session_.get());
}

void Http2Session::end() {
    auto const last = nghttp2_session_get_last_proc_stream_id(session_.get());
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace salus::http
