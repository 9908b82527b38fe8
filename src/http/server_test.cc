#include "http/server.h"

#include <arpa/inet.h>
#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "foundation/thread_annotations.h"
#include "http/test_support.h"

namespace salus::http {
namespace {

using namespace std::chrono_literals;
using salus::testing::EphiTestAccess;
using testing::count_of;
using testing::eventually;
using testing::FunctionHandler;
using testing::RawConnection;
using testing::run_command;
using testing::status_of;
using testing::TestServer;
using testing::text_response;

Request get(std::string target) {
    Request request;
    request.target = EphiText(std::move(target));
    return request;
}

std::string raw_get(std::string const& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

// Holds requests until a test lets them go, as a durable audit record would.
class Gate {
public:
    struct Pass {
        Gate& gate;
        Executor& home;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> coroutine) const { gate.hold(home, coroutine); }
        void await_resume() const noexcept {}
    };
    TestServer::MakeFunction handler() {
        return [this](Executor& home) -> FunctionHandler::Function {
            return
                [this, &home](Request request) { return serve(*this, home, std::move(request)); };
        };
    }
    std::size_t held() {
        MutexLock const lock(mutex_);
        return held_.size();
    }
    void let_go() {
        MutexLock const lock(mutex_);
        for (auto const& [home, coroutine] : held_) home->resume_later(coroutine);
        held_.clear();
    }

private:
    static Task<Response> serve(Gate& gate, Executor& home, Request request) {
        Pass pass{gate, home};
        co_await pass;
        co_return testing::echo(request);
    }
    void hold(Executor& home, std::coroutine_handle<> coroutine) {
        MutexLock const lock(mutex_);
        held_.emplace_back(&home, coroutine);
    }
    Mutex mutex_;
    std::vector<std::pair<Executor*, std::coroutine_handle<>>> held_ SALUS_GUARDED_BY(mutex_);
};

// A handler that gives each request to another thread and back.
TestServer::MakeFunction through_other_threads() {
    struct Hop {
        Executor& home;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> coroutine) const {
            std::thread([&loop = home, coroutine] { loop.resume_later(coroutine); }).detach();
        }
        void await_resume() const noexcept {}
    };
    return [](Executor& home) -> FunctionHandler::Function {
        return [&home](Request request) {
            return [](Executor& loop, Request moved) -> Task<Response> {
                Hop hop{loop};
                co_await hop;
                co_return testing::echo(moved);
            }(home, std::move(request));
        };
    };
}

TEST(Server, AnswersOverTlsAndKeepsTheConnection) {
    TestServer server({.loops = 1});
    auto client = server.connect();
    EXPECT_EQ(client.tls_version(), "TLSv1.3");
    for (int i = 0; i < 3; ++i) {
        auto const response = client.send(get("/a"));
        ASSERT_TRUE(response.has_value()) << response.error().why.text();
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(EphiTestAccess::open(response->body), "0 /a 0");
        EXPECT_EQ(response->headers.get("Strict-Transport-Security"),
                  "max-age=63072000; includeSubDomains");
        EXPECT_EQ(response->headers.get("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(response->headers.get("Cache-Control"), "no-store");
        EXPECT_EQ(response->headers.get("Content-Length"), "6");
        EXPECT_TRUE(response->headers.get("Date").has_value());
    }
    EXPECT_EQ(server.server().statistics().connections_accepted, 1U);
    EXPECT_EQ(server.server().statistics().requests, 3U);
}

TEST(Server, CarriesLargeBodiesBothWays) {
    std::string const large(5 * limits::kMiB, 'x');
    TestServer server({.loops = 1}, [&large](Executor&) -> FunctionHandler::Function {
        return [&large](Request request) -> Task<Response> {
            co_return text_response(200, request.body.size() == large.size() ? large : "short");
        };
    });
    auto client = server.connect();
    auto request = get("/a");
    request.method = Method::post;
    request.body = EphiText(large);
    auto const response = client.send(request);
    ASSERT_TRUE(response.has_value()) << response.error().why.text();
    EXPECT_TRUE(EphiTestAccess::open(response->body) == large);
    EXPECT_EQ(server.server().statistics().body_bytes, 0U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    for (auto const& make : {TestServer::MakeFunction{}, through_other_threads()}) {
        TestServer server({.loops = 1}, make);
        RawConnection raw(server);
        std::string bytes;
        for (int i = 0; i < 50; ++i) bytes += raw_get("/" + std::to_string(i) + "/");
        raw.send(bytes);
        auto const text = raw.read_until(" /49/ 0");
        EXPECT_EQ(count_of(text, "HTTP/1.1 200 OK"), 50);
        std::size_t at = 0;
        for (int i = 0; i < 50; ++i) {
            at = text.find(" /" + std::to_string(i) + "/ 0", at);
            ASSERT_NE(at, std::string::npos) << i;
        }
    }
}

TEST(Server, ServesNothingAfterARefusal) {
    std::atomic<int> hook = 0;
    TestServer server({.loops = 1,
                       .refusal = [](int status) { return text_response(status, "no"); },
                       .refused = [&hook](int status, Peer const&) { hook = status; }});
    struct Case {
        std::string bytes;
        int status;
    };
    for (auto const& [bytes, status] : std::vector<Case>{
             {"GET / HTTP/1.1\nHost: a\n\n", 400},
             {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
             {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
             {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
             {"GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n", 431},
             {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413}}) {
        RawConnection raw(server);
        raw.send(bytes + raw_get("/smuggled"));
        auto const text = raw.read_to_end();
        EXPECT_EQ(status_of(text), status);
        EXPECT_EQ(count_of(text, "HTTP/1.1 "), 1);
        EXPECT_EQ(count_of(text, "Connection: close"), 1);
        EXPECT_EQ(count_of(text, "Strict-Transport-Security"), 1);
        EXPECT_TRUE(text.ends_with("\r\n\r\nno"));
        EXPECT_EQ(hook.load(), status);
    }
    EXPECT_EQ(server.server().statistics().requests, 0U);
    EXPECT_EQ(server.server().statistics().requests_refused, 6U);
}

TEST(Server, KeepsTheFormsOfMethodsAndStatuses) {
    TestServer server({.loops = 1}, [](Executor&) -> FunctionHandler::Function {
        return [](Request request) -> Task<Response> {
            auto const target = EphiTestAccess::open(request.target);
            if (target == "/204") co_return text_response(204, "dropped");
            auto response = text_response(200, "four");
            if (target == "/split") response.headers.add("X", "a\r\nSet-Cookie: b");
            if (target == "/cached") response.headers.add("cache-control", "private");
            if (target == "/forged") response.headers.add("Content-Length", "1");
            co_return response;
        };
    });
    RawConnection raw(server);
    raw.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + raw_get("/204") + raw_get("/split") +
             raw_get("/cached") + raw_get("/forged") +
             "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + raw_get("/unread"));
    auto const text = raw.read_to_end();
    EXPECT_EQ(count_of(text, "HTTP/1.1 "), 6);
    EXPECT_EQ(count_of(text, "Content-Length: 4\r\n"), 4);
    EXPECT_EQ(count_of(text, "four"), 3);
    EXPECT_EQ(count_of(text, "dropped"), 0);
    EXPECT_EQ(count_of(text, "HTTP/1.1 500 "), 1);
    EXPECT_EQ(count_of(text, "Set-Cookie"), 0);
    EXPECT_EQ(count_of(text, "Content-Length: 1\r\n"), 0);
    EXPECT_EQ(count_of(text, "Cache-Control: no-store"), 5);
    EXPECT_TRUE(text.ends_with("four"));
}

TEST(Server, SendsContinueToThoseWhoWait) {
    TestServer server({.loops = 1});
    RawConnection raw(server);
    raw.send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    raw.send("abc");
    EXPECT_EQ(status_of(raw.read_until("/a 3")), 200);
}

TEST(Server, AnswersAPeerThatHasEndedItsSide) {
    Gate gate;
    TestServer server({.loops = 1}, gate.handler());
    RawConnection raw(server);
    raw.send(raw_get("/half"));
    ASSERT_TRUE(eventually([&] { return gate.held() == 1; }));
    raw.shut_down();
    std::this_thread::sleep_for(20ms);
    gate.let_go();
    EXPECT_EQ(count_of(raw.read_to_end(), " /half 0"), 1);
}

TEST(Server, SurvivesPeersThatVanishWhileTheyAreServed) {
    Gate gate;
    TestServer server({.loops = 1}, gate.handler());
    for (int i = 0; i < 20; ++i) {
        RawConnection raw(server);
        raw.send(raw_get("/gone") + raw_get("/gone"));
        ASSERT_TRUE(eventually([&] { return gate.held() == static_cast<std::size_t>(i + 1); }));
        raw.vanish();
    }
    EXPECT_TRUE(eventually([&] { return server.server().statistics().connections == 0; }));
    gate.let_go();
    auto client = server.connect();
    std::jthread const opener([&] {
        eventually([&] { return gate.held() == 1; });
        gate.let_go();
    });
    EXPECT_TRUE(client.send(get("/alive")).has_value());
}

TEST(Server, DisconnectsTheSlow) {
    Deadlines const quick{.header = 300ms,
                          .body_idle = 300ms,
                          .body = 600ms,
                          .keep_alive = 300ms,
                          .write_stall = 300ms,
                          .linger = 300ms};
    TestServer server({.loops = 1, .deadlines = quick});
    RawConnection head(server);
    head.send("GET / HTTP/1.1\r\nHo");
    RawConnection body(server);
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    RawConnection idle(server);
    idle.send(raw_get("/once"));
    EXPECT_EQ(status_of(head.read_to_end()), 408);
    EXPECT_EQ(status_of(body.read_to_end()), 408);
    auto const text = idle.read_to_end();
    EXPECT_EQ(count_of(text, "HTTP/1.1 200"), 1);
    EXPECT_EQ(count_of(text, "408"), 0);
}

// What is idle gives back its memory for records, and takes it again in the middle of a request.
TEST(Server, GoesOnWithAConnectionThatWasQuiet) {
    TestServer server({.loops = 1});
    RawConnection raw(server);
    auto const quiet = [] { std::this_thread::sleep_for(3 * limits::kSweepInterval); };
    std::string const request = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    for (std::size_t const cut : {request.size(), std::size_t{9}, request.size() - 2}) {
        raw.send(std::string_view(request).substr(0, cut));
        quiet();
        raw.send(std::string_view(request).substr(cut));
        EXPECT_EQ(status_of(raw.read_until(" /a 4")), 200) << cut;
        quiet();
    }
    EXPECT_EQ(server.server().statistics().connections_accepted, 1U);
    EXPECT_EQ(server.server().statistics().requests, 3U);
}

TEST(Server, BoundsBodyTimeForOneWhoDrips) {
    TestServer server({.loops = 1, .deadlines = {.body_idle = 400ms, .body = 700ms}});
    RawConnection raw(server);
    raw.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n");
    std::atomic<bool> over = false;
    std::jthread const dripper([&] {
        for (int i = 0; i < 100 && !over; ++i) {
            raw.send("a");
            std::this_thread::sleep_for(50ms);
        }
    });
    EXPECT_TRUE(eventually([&] { return server.server().statistics().requests_refused == 1; }));
    over = true;
}

TEST(Server, DropsAPeerThatDoesNotRead) {
    std::string const large(20 * limits::kMiB, 'x');
    TestServer server({.loops = 1, .deadlines = {.write_stall = 300ms}},
                      [&large](Executor&) -> FunctionHandler::Function {
                          return [&large](Request) -> Task<Response> {
                              co_return text_response(200, large);
                          };
                      });
    RawConnection raw(server);
    raw.send(raw_get("/large"));
    EXPECT_TRUE(eventually([&] { return server.server().statistics().timeouts == 1; }));
    // The time-out is counted before the connection is gone.
    EXPECT_TRUE(eventually([&] { return server.server().statistics().connections == 0; }));
}

TEST(Server, RefusesConnectionsAndBodiesBeyondItsBounds) {
    TestServer server({.loops = 1, .connections = 2, .body_bytes_in_flight = 1000});
    RawConnection first(server);
    RawConnection second(server);
    EXPECT_FALSE(Client::connect(server.client_options()).has_value());
    EXPECT_EQ(server.server().statistics().connections_refused, 1U);
    std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n";
    first.send(head + std::string(700, 'a'));
    ASSERT_TRUE(eventually([&] { return server.server().statistics().body_bytes == 700; }));
    second.send(head + std::string(700, 'a'));
    EXPECT_EQ(status_of(second.read_to_end()), 503);
    first.send(std::string(200, 'a'));
    EXPECT_EQ(status_of(first.read_until(" / 900")), 200);
    EXPECT_EQ(server.server().statistics().body_bytes, 0U);
}

TEST(Server, GivesNothingToPlaintext) {
    TestServer server({.loops = 1});
    auto const address = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    EXPECT_EQ(run_command("curl -s -i --http0.9 --max-time 5 " + address +
                          " | grep -ci -e http/ -e salus")
                  .substr(0, 1),
              "0");
    EXPECT_EQ(server.server().statistics().handshakes_failed, 1U);
    EXPECT_EQ(server.server().statistics().requests, 0U);
}

TEST(Server, RefusesAPortInUseAndAnAddressThatIsNone) {
    TestServer const server({.loops = 1});
    SystemClock const clock;
    Log const log(clock, 2, LogLevel::error);
    auto const certificates = testing::make_certificates();
    auto const make = [](Executor&) -> std::unique_ptr<Handler> { return nullptr; };
    auto const taken =
        Server::start({.port = server.port()}, certificates.server, make, clock, log);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code, Errc::conflict);
    auto const wrong =
        Server::start({.address = "example.org"}, certificates.server, make, clock, log);
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().code, Errc::invalid);
}

TEST(Server, ListensOnBothLoopbacksOfLocalhost) {
    TestServer const server({.address = "localhost"});
    for (auto const* const host : {"127.0.0.1", "::1", "localhost"}) {
        auto options = server.client_options();
        options.host = host;
        auto client = Client::connect(options);
        ASSERT_TRUE(client.has_value()) << host;
        EXPECT_TRUE(client->send(get("/")).has_value()) << host;
    }
}

// Clients in a closed loop; a request that was sent must be answered, and a connection that was
// open may end only after an answer said so.
class Load {
public:
    explicit Load(TestServer const& server, int clients) {
        for (int i = 0; i < clients; ++i) {
            threads_.emplace_back([this, &server](std::stop_token const& stop) {
                while (!stop.stop_requested()) {
                    auto client = Client::connect(server.client_options());
                    if (!client) return;  // the listener is closed
                    run(*client, stop);
                }
            });
        }
    }
    [[nodiscard]] int answered() const { return answered_; }
    [[nodiscard]] int failed() const { return failed_; }
    void stop() { threads_.clear(); }

private:
    void run(Client& client, std::stop_token const& stop) {
        for (int i = 0; i < 50 && client.open() && !stop.stop_requested(); ++i) {
            auto const response = client.send(get("/load"));
            ++(response && response->status == 200 ? answered_ : failed_);
        }
    }
    std::atomic<int> answered_ = 0;
    std::atomic<int> failed_ = 0;
    std::vector<std::jthread> threads_;
};

TEST(Server, ShutsDownUnderLoadWithoutAFailedRequest) {
    for (auto const& make : {TestServer::MakeFunction{}, through_other_threads()}) {
        TestServer server({.loops = 2}, make);
        Load load(server, 4);
        ASSERT_TRUE(eventually([&] { return load.answered() > 200; }));
        server.server().shut_down();
        load.stop();
        EXPECT_EQ(load.failed(), 0);
        EXPECT_EQ(server.server().statistics().connections, 0U);
    }
}

TEST(Server, ShutsDownInBoundedTimeWithASilentPeer) {
    TestServer server({.loops = 1, .deadlines = {.shutdown = 500ms, .last_request = 100ms}});
    RawConnection half(server);
    half.send("GET / HTTP/1.1\r\n");
    std::this_thread::sleep_for(50ms);
    auto const before = std::chrono::steady_clock::now();
    server.server().shut_down();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

TEST(Server, ReplacesItsCertificateUnderLoadWithoutAFailedRequest) {
    TestServer server({.loops = 2});
    Load load(server, 3);
    ASSERT_TRUE(eventually([&] { return load.answered() > 100; }));
    // The same authority would do; another one shows that the certificate in use has changed.
    auto const old = testing::make_certificates();
    RawConnection open(server);
    server.server().replace_certificate(server.reissue());
    auto const answered = load.answered();
    ASSERT_TRUE(eventually([&] { return load.answered() > answered + 300; }));
    open.send(raw_get("/old"));
    EXPECT_EQ(status_of(open.read_until("/old 0")), 200);
    load.stop();
    EXPECT_EQ(load.failed(), 0);
    server.server().replace_certificate(old.server);
    EXPECT_FALSE(Client::connect(server.client_options()).has_value());
}

}  // namespace
}  // namespace salus::http
