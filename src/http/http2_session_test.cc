#include "http/http2_session.h"

#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <nghttp2/nghttp2.h>

#include "http/test_support.h"

namespace salus::http {
namespace {

using namespace std::chrono_literals;
using salus::testing::EphiTestAccess;
using testing::run_command;
using testing::TestServer;

struct Answer {
    std::string status;
    std::string body;
    std::string fields;
    bool closed = false;
    std::uint32_t error = 0;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// nghttp2 as the client, with its checks of outgoing messages off, so that it sends what is wrong.
class Peer2 {
public:
    Peer2() {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_option* option = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_option_new(&option);
        nghttp2_option_set_no_http_messaging(option, 1);
        nghttp2_option_set_peer_max_concurrent_streams(option, 10'000);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_client_new2(&session_, callbacks, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~Peer2() { nghttp2_session_del(session_); }
    Peer2(Peer2 const&) = delete;
    Peer2& operator=(Peer2 const&) = delete;

    // Names go out as they are, capitals too, so nghttp2 borrows them until they are sent.
    std::int32_t request(Fields fields, std::string const* body = nullptr) {
        std::vector<nghttp2_nv> list;
        for (auto const& [name, value] : sent_.emplace_back(std::move(fields))) {
            auto const bytes = [](std::string const& text) {
                return const_cast<std::uint8_t*>(bytes_of(text).data());
            };
            list.push_back({bytes(name), bytes(value), name.size(), value.size(),
                            NGHTTP2_NV_FLAG_NO_COPY_NAME});
        }
        nghttp2_data_provider provider{};
        provider.source.ptr = const_cast<std::string*>(body);
        provider.read_callback = read_body;
        return nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                      body ? &provider : nullptr, nullptr);
    }
    nghttp2_session* session() { return session_; }
    // Bytes go both ways until neither side has more; requests are echoed unless `hold`.
    enum class Serving { echo, hold };
    void exchange(Http2Session& server, Serving serving = Serving::echo) {
        for (bool moved = true; moved;) {
            moved = false;
            std::uint8_t const* bytes = nullptr;
            while (auto const size = nghttp2_session_mem_send(session_, &bytes)) {
                if (size < 0 || !server.wants_bytes()) break;
                server.feed(text_of({bytes, static_cast<std::size_t>(size)}), now_);
                moved = true;
            }
            while (serving == Serving::echo) {
                auto incoming = server.next();
                if (!incoming) break;
                auto const* const refusal = std::get_if<Refusal>(&incoming->message);
                served_ += refusal ? 0 : 1;
                server.respond(incoming->stream,
                               refusal ? testing::text_response(refusal->status, "")
                                       : testing::echo(std::get<Request>(incoming->message)),
                               now_);
                moved = true;
            }
            std::string out;
            server.produce(out);
            if (out.empty()) continue;
            nghttp2_session_mem_recv(session_, bytes_of(out).data(), out.size());
            moved = true;
        }
    }
    Answer const& answer(std::int32_t id) { return answers_[id]; }
    [[nodiscard]] int served() const { return served_; }
    [[nodiscard]] bool told_to_go() const { return goaway_; }

private:
    static Peer2& self(void* user) { return *static_cast<Peer2*>(user); }
    static int on_header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name,
                         std::size_t name_size, std::uint8_t const* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        auto& answer = self(user).answers_[frame->hd.stream_id];
        std::string const key(text_of({name, name_size}));
        std::string const text(text_of({value, value_size}));
        if (key == ":status") answer.status = text;
        answer.fields += key + ": " + text + "\n";
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, std::uint8_t const* bytes,
                       std::size_t size, void* user) {
        self(user).answers_[id].body += text_of({bytes, size});
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
        self(user).answers_[id].closed = true;
        self(user).answers_[id].error = error;
        return 0;
    }
    static int on_frame(nghttp2_session*, nghttp2_frame const* frame, void* user) {
        if (frame->hd.type == NGHTTP2_GOAWAY) self(user).goaway_ = true;
        return 0;
    }
    static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source* source, void*) {
        auto& text = *static_cast<std::string*>(source->ptr);
        auto const count = text.copy(reinterpret_cast<char*>(out), size);
        text.erase(0, count);
        if (text.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(count);
    }

    nghttp2_session* session_ = nullptr;
    std::deque<Fields> sent_;
    std::map<std::int32_t, Answer> answers_;
    MonotonicTime now_{};
    int served_ = 0;
    bool goaway_ = false;
};

class Http2 : public ::testing::Test {
protected:
    Http2() { encoder_.set_time(SystemClock().now()); }
    static Fields head(std::string const& method = "GET", std::string const& path = "/a") {
        return {{":method", method}, {":scheme", "https"}, {":authority", "a"}, {":path", path}};
    }
    static Fields with(Fields fields, std::string const& name, std::string const& value) {
        fields.emplace_back(name, value);
        return fields;
    }
    ResponseEncoder encoder_;
    Http2Session server_{{.header_bytes = 4096, .header_count = 20, .body_bytes = 100'000},
                         encoder_,
                         MonotonicTime{}};
    Peer2 peer_;
};

TEST_F(Http2, ServesRequestsAndBodies) {
    std::string body(90'000, 'x');
    auto const first = peer_.request(head());
    auto const second = peer_.request(head("POST", "/b"), &body);
    auto const third = peer_.request(head("HEAD", "/c"));
    peer_.exchange(server_);
    EXPECT_EQ(peer_.answer(first).status, "200");
    EXPECT_EQ(peer_.answer(first).body, "0 /a 0");
    EXPECT_NE(peer_.answer(first).fields.find("strict-transport-security: max-age=63072000"),
              std::string::npos);
    EXPECT_NE(peer_.answer(first).fields.find("cache-control: no-store"), std::string::npos);
    EXPECT_EQ(peer_.answer(second).body, "2 /b 90000");
    EXPECT_EQ(peer_.answer(third).body, "");
    EXPECT_NE(peer_.answer(third).fields.find("content-length: 6"), std::string::npos);
    EXPECT_EQ(server_.body_bytes(), 0U);
}

TEST_F(Http2, ServesNoMalformedRequest) {
    std::vector<Fields> const malformed = {
        with(head(), "connection", "close"),
        with(head(), "transfer-encoding", "chunked"),
        with(head(), "te", "gzip"),
        with(head(), "Upper", "a"),
        with(head(), "bad name", "a"),
        with(head(), "a", "b\r\nc: d"),
        with(head(), "a", "b\x01"),
        with(head(), ":path", "/twice"),
        with(head(), ":unknown", "a"),
        with(with(head(), "a", "b"), ":authority", "late"),
        with(head(), "host", "other"),
        with(with(head(), "host", "a"), "host", "a"),
        with(head("POST"), "content-length", "-1"),
        with(with(head("POST"), "content-length", "1"), "content-length", "1"),
        with(head("POST"), "content-length", "5"),  // and no body
        head("GET", ""),
        head("GET", "a"),
        head("GET", "*"),
        head("GET", "/a b"),
        head("GET", "/\xc3\xa9"),
        head("CONNECT"),
        {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}},
        {{":method", "GET"}, {":authority", "a"}, {":path", "/"}},
        {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}},
        {{":method", "GET"}, {":scheme", "https"}, {":authority", "a/b"}, {":path", "/"}},
        {{":scheme", "https"}, {":authority", "a"}, {":path", "/"}},
    };
    for (auto const& fields : malformed) {
        Http2Session server({}, encoder_, MonotonicTime{});
        Peer2 peer;
        auto const id = peer.request(fields);
        peer.exchange(server);
        EXPECT_EQ(peer.served(), 0) << fields.back().first << ": " << fields.back().second;
        EXPECT_NE(peer.answer(id).status, "200");
        EXPECT_TRUE(peer.answer(id).closed || peer.told_to_go()) << fields.back().first;
    }
}

TEST_F(Http2, HoldsItsBounds) {
    auto many = head();
    for (int i = 0; i < 30; ++i) many.emplace_back("n" + std::to_string(i), "v");
    auto const count = peer_.request(many);
    auto const size = peer_.request(with(head(), "a", std::string(5000, 'b')));
    std::string large(100'001, 'x');
    auto const body = peer_.request(head("POST"), &large);
    std::string other(100'001, 'x');
    auto const stated = peer_.request(with(head("POST"), "content-length", "100001"), &other);
    auto const coded = peer_.request(with(head("POST"), "content-encoding", "gzip"));
    auto const expecting = peer_.request(with(head("POST"), "expect", "tea"));
    peer_.exchange(server_);
    EXPECT_EQ(peer_.answer(count).status, "431");
    EXPECT_EQ(peer_.answer(size).status, "431");
    EXPECT_EQ(peer_.answer(body).status, "413");
    EXPECT_EQ(peer_.answer(stated).status, "413");
    EXPECT_EQ(peer_.answer(coded).status, "415");
    EXPECT_EQ(peer_.answer(expecting).status, "417");
    EXPECT_EQ(peer_.served(), 0);
    EXPECT_EQ(server_.body_bytes(), 0U);
}

TEST_F(Http2, JoinsCookiesAndTakesHostForAuthority) {
    Fields const fields = {{":method", "GET"}, {":scheme", "https"}, {":path", "/"},
                           {"host", "a:8443"}, {"cookie", "b=1"},    {"cookie", "c=2"}};
    peer_.request(fields);
    peer_.exchange(server_, Peer2::Serving::hold);
    auto const incoming = server_.next();
    ASSERT_TRUE(incoming.has_value());
    auto const& request = std::get<Request>(incoming->message);
    EXPECT_EQ(request.authority, "a:8443");
    EXPECT_EQ(request.headers.get("cookie"), "b=1; c=2");
}

TEST_F(Http2, BoundsTheWorkOfOneWhoOpensAndResets) {
    peer_.exchange(server_);
    std::size_t given = 0;
    for (int i = 0; i < 150; ++i) {
        auto const id = peer_.request(head());
        peer_.exchange(server_, Peer2::Serving::hold);
        if (server_.next()) ++given;
        nghttp2_submit_rst_stream(peer_.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
        peer_.exchange(server_, Peer2::Serving::hold);
    }
    EXPECT_EQ(given, limits::kHttp2Streams);
    EXPECT_FALSE(server_.wants_bytes());
}

TEST_F(Http2, EndsWithOneWhoFloods) {
    for (auto const flood :
         {NGHTTP2_PING, NGHTTP2_SETTINGS, NGHTTP2_PRIORITY, NGHTTP2_RST_STREAM}) {
        Http2Session server({}, encoder_, MonotonicTime{});
        Peer2 peer;
        for (int i = 0; i < 400 && !peer.told_to_go(); ++i) {
            auto* const session = peer.session();
            nghttp2_priority_spec priority;
            nghttp2_priority_spec_init(&priority, 0, 1, 0);
            if (flood == NGHTTP2_PING) nghttp2_submit_ping(session, NGHTTP2_FLAG_NONE, nullptr);
            if (flood == NGHTTP2_SETTINGS) nghttp2_submit_settings(session, 0, nullptr, 0);
            if (flood == NGHTTP2_PRIORITY) nghttp2_submit_priority(session, 0, 99, &priority);
            if (flood == NGHTTP2_RST_STREAM) {
                auto const id = peer.request(head());
                peer.exchange(server);
                std::string const reset("\0\0\4\3\0\0\0\0\0\0\0\0\10", 13);
                auto frame = reset;
                for (int byte = 0; byte < 4; ++byte) {
                    frame[static_cast<std::size_t>(5 + byte)] =
                        static_cast<char>((id >> (24 - 8 * byte)) & 0xff);
                }
                if (server.wants_bytes()) server.feed(frame, MonotonicTime{});
            }
            peer.exchange(server);
        }
        EXPECT_TRUE(peer.told_to_go()) << static_cast<int>(flood);
    }
}

TEST_F(Http2, EndsInTwoStepsAndServesWhatIsUnderWay) {
    auto const first = peer_.request(head());
    peer_.exchange(server_, Peer2::Serving::hold);
    server_.announce_end();
    peer_.exchange(server_, Peer2::Serving::hold);
    EXPECT_FALSE(server_.finished());
    server_.end();
    peer_.exchange(server_);
    EXPECT_EQ(peer_.answer(first).status, "200");
    EXPECT_TRUE(server_.finished());
}

TEST_F(Http2, RefusesGarbageWithoutServing) {
    for (std::string const bytes : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxx"}) {
        Http2Session server({}, encoder_, MonotonicTime{});
        server.feed(bytes, MonotonicTime{});
        EXPECT_FALSE(server.next().has_value());
        std::string out;
        server.produce(out);
        EXPECT_TRUE(server.finished());
    }
}

TEST_F(Http2, TellsWhatItWaitsForAndGivesUp) {
    using What = Waiting::What;
    EXPECT_EQ(server_.waiting().what, What::request);
    std::string body(100, 'x');
    auto const id = peer_.request(with(head("POST"), "content-length", "200"), &body);
    // The peer's body never ends: END_STREAM is held back by sending only the head.
    std::uint8_t const* bytes = nullptr;
    std::string sent;
    while (auto const size = nghttp2_session_mem_send(peer_.session(), &bytes)) {
        if (size < 0) break;
        sent += text_of({bytes, static_cast<std::size_t>(size)});
    }
    server_.feed(std::string_view(sent).substr(0, sent.size() - 50), MonotonicTime{});
    EXPECT_EQ(server_.waiting().what, What::body);
    server_.give_up(408);
    peer_.exchange(server_);
    EXPECT_TRUE(peer_.told_to_go());
    EXPECT_EQ(peer_.answer(id).status, "");
}

TEST(Http2Server, ServesCurl) {
    TestServer server({.loops = 1});
    auto const url = " https://127.0.0.1:" + std::to_string(server.port()) + "/curl";
    auto const curl = "curl -sk --max-time 10 -w '|%{http_version}|%{http_code}' ";
    EXPECT_EQ(run_command(curl + std::string("--http2") + url), "0 /curl 0|2|200");
    EXPECT_EQ(run_command(curl + std::string("--http1.1") + url), "0 /curl 0|1.1|200");
    auto const post = std::string("head -c 3000000 /dev/zero | ") + curl + "--data-binary @- ";
    EXPECT_EQ(run_command(post + "--http2" + url), "2 /curl 3000000|2|200");
    EXPECT_EQ(run_command(post + "--http1.1" + url), "2 /curl 3000000|1.1|200");
}

TEST(Http2Server, SpeaksOnlyStrongTlsAndKnownProtocols) {
    TestServer server({.loops = 1});
    auto const client = "openssl s_client -connect 127.0.0.1:" + std::to_string(server.port());
    auto const attempt = [&](std::string const& options) {
        return run_command("echo | timeout 10 " + client + " " + options + " 2>&1");
    };
    auto const agreed = [](std::string const& text) {
        return text.find("Cipher is (NONE)") == std::string::npos &&
               text.find("Cipher is ") != std::string::npos;
    };
    EXPECT_TRUE(agreed(attempt("-tls1_3")));
    EXPECT_TRUE(agreed(attempt("-tls1_2")));
    EXPECT_FALSE(agreed(attempt("-tls1_1 -cipher ALL:@SECLEVEL=0")));
    EXPECT_FALSE(agreed(attempt("-tls1 -cipher ALL:@SECLEVEL=0")));
    for (auto const* const cipher :
         {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "AES256-GCM-SHA384",
          "ECDHE-ECDSA-AES128-CCM", "DHE-RSA-AES256-GCM-SHA384"}) {
        EXPECT_FALSE(agreed(attempt("-tls1_2 -cipher " + std::string(cipher)))) << cipher;
    }
    EXPECT_FALSE(agreed(attempt("-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256")));
    EXPECT_FALSE(agreed(attempt("-tls1_3 -groups X448")));
    EXPECT_NE(attempt("-alpn spdy/3").find("no application protocol"), std::string::npos);
    EXPECT_NE(attempt("-alpn http/1.1,h2").find("ALPN protocol: h2"), std::string::npos);
    EXPECT_NE(attempt("").find("No ALPN negotiated"), std::string::npos);
    EXPECT_NE(run_command("(echo R; sleep 1) | timeout 10 " + client + " -tls1_2 2>&1")
                  .find("no renegotiation"),
              std::string::npos);
}

}  // namespace
}  // namespace salus::http
