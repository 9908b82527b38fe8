#include "http/http1_parser.h"

#include <gtest/gtest.h>
#include <map>
#include <random>

#include "http/test_support.h"

namespace salus::http {
namespace {

using salus::testing::EphiTestAccess;
using State = Http1Parser::State;

struct Parsed {
    std::vector<std::string> requests;  // method, target, authority, fields, body
    State state = State::head;
    int refusal = 0;
    bool operator==(Parsed const&) const = default;
};

std::string describe(Request const& request) {
    std::string text = std::to_string(static_cast<int>(request.method)) + " ";
    text += std::string(EphiTestAccess::open(request.target)) + " " + request.authority;
    for (auto const& [name, value] : request.headers) text += "|" + name + "=" + value;
    return text + "|" + std::string(EphiTestAccess::open(request.body));
}

void feed(Http1Parser& parser, std::string_view bytes, Parsed& parsed) {
    while (!bytes.empty()) {
        auto const used = parser.feed(bytes);
        bytes.remove_prefix(used);
        if (parser.state() == State::complete) {
            parsed.requests.push_back(describe(parser.take()));
        } else if (used == 0) {
            return;
        }
    }
}

Parsed parse(std::string_view bytes, std::vector<std::size_t> const& cuts = {},
             Http1Parser::Bounds const& bounds = {}) {
    Http1Parser parser(bounds);
    Parsed parsed;
    std::size_t at = 0;
    for (auto const cut : cuts) {
        feed(parser, bytes.substr(at, cut - at), parsed);
        at = cut;
    }
    feed(parser, bytes.substr(at), parsed);
    parsed.state = parser.state();
    parsed.refusal = parsed.state == State::refused ? parser.refusal() : 0;
    return parsed;
}

// Any cut of the same bytes must give the same requests and the same end.
void expect_same_in_pieces(std::string_view bytes, Http1Parser::Bounds const& bounds = {}) {
    auto const whole = parse(bytes, {}, bounds);
    std::vector<std::size_t> each;
    for (std::size_t i = 1; i < bytes.size(); ++i) each.push_back(i);
    EXPECT_EQ(parse(bytes, each, bounds), whole) << bytes;
    std::mt19937 random(static_cast<unsigned>(bytes.size()));
    for (int round = 0; round < 20; ++round) {
        std::vector<std::size_t> cuts;
        for (std::size_t i = 1; i < bytes.size(); ++i) {
            if (random() % 7 == 0) cuts.push_back(i);
        }
        EXPECT_EQ(parse(bytes, cuts, bounds), whole) << bytes;
    }
}

struct RefusedCase {
    char const* name;
    std::string bytes;
    int status;
};

std::string const kHost = "Host: a\r\n";

std::string with(std::string const& fields) {
    return "POST / HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

std::string chunked(std::string const& body) {
    return with("Transfer-Encoding: chunked\r\n") + body;
}

std::vector<RefusedCase> refused_heads() {
    return {
        {"bare LF after the request line", "GET / HTTP/1.1\n" + kHost + "\r\n", 400},
        {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
        {"bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"bare CR in a value", with("A: b\rc\r\n"), 400},
        {"CR CR LF", with("A: b\r\r\n"), 400},
        {"fold", with("A: b\r\n c\r\n"), 400},
        {"fold with a tab", with("A: b\r\n\tc\r\n"), 400},
        {"white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"space before the colon", with("A : b\r\n"), 400},
        {"tab before the colon", with("A\t: b\r\n"), 400},
        {"empty field name", with(": b\r\n"), 400},
        {"no colon", with("A\r\n"), 400},
        {"bad byte in a name", with("A(b: c\r\n"), 400},
        {"obs-text in a name", with("A\xe9: c\r\n"), 400},
        {"NUL in a value", with(std::string("A: b\0c\r\n", 8)), 400},
        {"control byte in a value", with("A: b\x01\r\n"), 400},
        {"DEL in a value", with("A: b\x7f\r\n"), 400},
    };
}

std::vector<RefusedCase> refused_framing() {
    return {
        {"length and coding", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"coding and length", with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
        {"two equal lengths", with("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
        {"a list of lengths", with("Content-Length: 3, 3\r\n"), 400},
        {"a signed length", with("Content-Length: +3\r\n"), 400},
        {"a negative length", with("Content-Length: -3\r\n"), 400},
        {"a hexadecimal length", with("Content-Length: 0x3\r\n"), 400},
        {"a length with a space", with("Content-Length: 1 2\r\n"), 400},
        {"an empty length", with("Content-Length: \r\n"), 400},
        {"a length beyond 64 bits", with("Content-Length: 18446744073709551619\r\n"), 400},
        {"a length beyond the bound", with("Content-Length: 67108865\r\n"), 413},
        {"xchunked", with("Transfer-Encoding: xchunked\r\n"), 400},
        {"chunked, identity", with("Transfer-Encoding: chunked, identity\r\n"), 400},
        {"gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n"), 400},
        {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         400},
        {"vertical tab in the coding",
         with("Transfer-Encoding: \x0b"
              "chunked\r\n"),
         400},
        {"quoted coding", with("Transfer-Encoding: \"chunked\"\r\n"), 400},
        {"empty coding", with("Transfer-Encoding:\r\n"), 400},
        {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    };
}

std::vector<RefusedCase> refused_rest() {
    return {
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400},
        {"empty Host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400},
        {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        {"Host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"HTTP/0.9", "GET /\r\n", 400},
        {"HTTP/0.9 with bare LF", "GET /x\nHost: a\r\nContent-Length: 5\r\n\r\n", 400},
        {"HTTP/2.0", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\n" + kHost + "\r\n", 505},
        {"HTTP/1.10", "GET / HTTP/1.10\r\n" + kHost + "\r\n", 400},
        {"http/1.1", "GET / http/1.1\r\n" + kHost + "\r\n", 400},
        {"version with a space", "GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400},
        {"two spaces", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"tab in the request line", "GET\t/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"space in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"control byte in the target", "GET /a\x01 HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"raw UTF-8 in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"absolute form", "GET https://a/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"authority form", "CONNECT a:443 HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"asterisk of GET", "GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"empty target", "GET  HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"bad method", "G(T / HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"no method", " / HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"a TLS record", std::string("\x16\x03\x01\x02\x00\x01\x0a", 7), 400},
        {"gzip body", with("Content-Encoding: gzip\r\nContent-Length: 3\r\n"), 415},
        {"unknown expectation", with("Expect: 200-ok\r\nContent-Length: 3\r\n"), 417},
        {"chunk size with a space", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {"signed chunk size", chunked("+3\r\nabc\r\n0\r\n\r\n"), 400},
        {"empty chunk size", chunked("\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk size that overflows", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk size of nine digits", chunked("000000003\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk beyond the bound", chunked("ffffffff\r\n"), 413},
        {"bare LF after the chunk size", chunked("3\nabc\r\n0\r\n\r\n"), 400},
        {"bare LF after chunk data", chunked("3\r\nabc\n0\r\n\r\n"), 400},
        {"no CRLF after chunk data", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
        {"LF in a chunk extension", chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"), 400},
        {"CR in a chunk extension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), 400},
        {"nameless chunk extension", chunked("3;\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk extension without a value", chunked("3;a=\r\nabc\r\n0\r\n\r\n"), 400},
        {"open quote in a chunk extension", chunked("3;a=\"b\r\nabc\r\n0\r\n\r\n"), 400},
        {"text after a quote", chunked("3;a=\"b\"c\r\nabc\r\n0\r\n\r\n"), 400},
        {"long chunk extension", chunked("3;a=" + std::string(300, 'b') + "\r\nabc\r\n"), 400},
        {"fold in a trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
        {"bare LF in a trailer", chunked("0\r\nA: b\n\r\n"), 400},
        {"malformed trailer", chunked("0\r\nA b\r\n\r\n"), 400},
    };
}

std::vector<RefusedCase> refused_cases() {
    std::vector<RefusedCase> all;
    for (auto const& part : {refused_heads(), refused_framing(), refused_rest()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

TEST(Http1Parser, RefusesEachHostileInputHoweverItIsCut) {
    std::string const next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for (auto const& hostile : refused_cases()) {
        auto const parsed = parse(hostile.bytes + next);
        // A first line without its end is refused when the end comes, with what follows.
        EXPECT_EQ(parsed.state, State::refused) << hostile.name;
        EXPECT_EQ(parsed.refusal, hostile.status) << hostile.name;
        EXPECT_TRUE(parsed.requests.empty()) << hostile.name;
        expect_same_in_pieces(hostile.bytes + next);
    }
}

TEST(Http1Parser, ReadsRequestsHoweverTheyAreCut) {
    struct Case {
        std::string bytes;
        std::vector<std::string> requests;
    };
    std::vector<Case> const cases = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {"0 / a|Host=a|"}},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", {"0 / a|Host=a|"}},
        {"OPTIONS * HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", {"6 * [::1]:8443|Host=[::1]:8443|"}},
        {"DELETE /x?a=b|c HTTP/1.1\r\nhOST:\ta \r\nA:\r\n\r\n", {"5 /x?a=b|c a|hOST=a|A=|"}},
        {"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", {"7 /pot a|Host=a|"}},
        {"GET / HTTP/1.0\r\n\r\n", {"0 / |"}},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: "
         "b\r\n\r\n",
         {"2 / a|Host=a|Content-Length=3|abc", "0 /2 b|Host=b|"}},
        {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
         "CHUNKED\r\n\r\n3;x=\"a\\\"b\";y\r\nabc\r\n"
         "0A\r\n0123456789\r\n0\r\nTrailer: dropped\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
         {"3 / a|Host=a|Transfer-Encoding=CHUNKED|abc0123456789", "0 / b|Host=b|"}},
        {"GET / HTTP/1.1\r\nHost: a\r\nName: M\xc3\xbcller\r\n\r\n",
         {"0 / a|Host=a|Name=M\xc3\xbcller|"}},
    };
    for (auto const& [bytes, requests] : cases) {
        EXPECT_EQ(parse(bytes).requests, requests) << bytes;
        EXPECT_NE(parse(bytes).state, State::refused) << bytes;
        expect_same_in_pieces(bytes);
    }
}

TEST(Http1Parser, ReadsNothingAfterARequestThatClosed) {
    std::string const next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::string const first : {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
                                    "GET / HTTP/1.0\r\nHost: a\r\n\r\n"}) {
        auto const parsed = parse(first + next);
        EXPECT_EQ(parsed.requests.size(), 1U);
        EXPECT_EQ(parsed.state, State::ended);
    }
    auto const kept = parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + next);
    EXPECT_EQ(kept.requests.size(), 2U);
}

TEST(Http1Parser, HoldsItsBoundsExactly) {
    Http1Parser::Bounds const bounds{
        .request_line_bytes = 32, .header_bytes = 64, .header_count = 3, .body_bytes = 8};
    auto const line = [](std::size_t size) {
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    EXPECT_EQ(parse(line(32), {}, bounds).requests.size(), 1U);
    EXPECT_EQ(parse(line(33), {}, bounds).refusal, 414);
    auto const fields = [](std::size_t size) {
        return "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(size - 14, 'b') + "\r\n\r\n";
    };
    EXPECT_EQ(parse(fields(64), {}, bounds).requests.size(), 1U);
    EXPECT_EQ(parse(fields(65), {}, bounds).refusal, 431);
    std::string const three = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n";
    EXPECT_EQ(parse(three + "\r\n", {}, bounds).requests.size(), 1U);
    EXPECT_EQ(parse(three + "C: 3\r\n\r\n", {}, bounds).refusal, 431);
    std::string const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(parse(chunked + "4\r\naaaa\r\n4\r\nbbbb\r\n0\r\n\r\n", {}, bounds).requests.size(),
              1U);
    EXPECT_EQ(parse(chunked + "4\r\naaaa\r\n5\r\nbbbbb\r\n0\r\n\r\n", {}, bounds).refusal, 413);
    EXPECT_EQ(parse(chunked + "0\r\nA: " + std::string(70, 'b') + "\r\n\r\n", {}, bounds).refusal,
              431);
    for (auto const& bytes : {line(32), line(33), fields(64), fields(65), three + "C: 3\r\n\r\n"}) {
        expect_same_in_pieces(bytes, bounds);
    }
    // A line that never ends is refused while it comes.
    EXPECT_EQ(parse(std::string(40, 'a'), {}, bounds).refusal, 414);
}

TEST(Http1Parser, BoundsChunkExtensionsOfAllChunksTogether) {
    std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 30; ++i) bytes += "1;a=" + std::string(200, 'b') + "\r\nx\r\n";
    EXPECT_EQ(parse(bytes).refusal, 400);
}

TEST(Http1Parser, AsksForContinueOnceAndOnlyBeforeTheBody) {
    std::string const head =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    Http1Parser parser;
    parser.feed(head);
    EXPECT_TRUE(parser.take_continue());
    EXPECT_FALSE(parser.take_continue());
    parser.feed("abc");
    EXPECT_EQ(parser.state(), State::complete);
    Http1Parser eager;
    eager.feed(head + "a");
    EXPECT_FALSE(eager.take_continue());
}

// --- llhttp's own cases ---

struct UpstreamCase {
    std::string id;
    std::string expect;
    std::string bytes;
    std::size_t messages = 0;
};

std::string text_after(std::string_view line, std::string_view key) {
    auto const at = line.find(key);
    if (at == std::string_view::npos) return {};
    auto const from = at + key.size();
    return std::string(line.substr(from, line.find_first_of("\",", from) - from));
}

// The extraction of these cases has lost the last CRLF of each input; upstream's log shows how far
// the parser came.
void restore_end(std::string_view line, std::string& bytes) {
    std::size_t reached = 0;
    for (auto at = line.find("off="); at != std::string_view::npos;
         at = line.find("off=", at + 1)) {
        std::size_t offset = 0;
        for (auto digit = at + 4; line[digit] >= '0' && line[digit] <= '9'; ++digit) {
            offset = offset * 10 + static_cast<std::size_t>(line[digit] - '0');
        }
        reached = std::max(reached, offset);
    }
    while (bytes.size() < reached) bytes += "\r\n";
}

std::vector<UpstreamCase> upstream_cases() {
    std::istringstream file(testing::read_material("http1-llhttp-dev/cases.ndjson"));
    std::vector<UpstreamCase> cases;
    for (std::string line; std::getline(file, line);) {
        auto const decoded = from_base64(text_after(line, "\"request_base64\": \""));
        if (!decoded) continue;
        UpstreamCase one{text_after(line, "\"id\": \""), text_after(line, "\"expect\": \""),
                         std::string(text_of(*decoded)), 0};
        one.messages = std::stoul(text_after(line, "\"messages_complete\": "));
        restore_end(line, one.bytes);
        cases.push_back(std::move(one));
    }
    return cases;
}

// Upstream leaves Host to its caller and most of its cases have none, which we refuse. With a Host
// in each head of HTTP/1.1, framing can be compared.
std::string with_host(std::string const& bytes) {
    std::string result;
    std::string_view rest = bytes;
    constexpr std::string_view kEnd = " HTTP/1.1\r\n";
    for (auto at = rest.find(kEnd); at != std::string_view::npos; at = rest.find(kEnd)) {
        result.append(rest.substr(0, at + kEnd.size()));
        rest.remove_prefix(at + kEnd.size());
        auto const head = rest.substr(0, rest.find("\r\n\r\n"));
        bool const has = head.find("Host:") != std::string_view::npos ||
                         head.find("HOST:") != std::string_view::npos;
        if (!has) result += "Host: a\r\n";
    }
    return result.append(rest);
}

std::map<std::string, std::pair<int, std::string>> const& stricter_than_upstream() {
    static std::map<std::string, std::pair<int, std::string>> const kStricter = {
        {"method-57", {400, "asterisk form of a method other than OPTIONS"}},
        {"method-66", {400, "RTSP is not HTTP"}},
        {"sample-79", {400, "HTTP/0.9"}},
        {"transfer-encoding-102", {400, "a Transfer-Encoding other than exactly chunked"}},
        {"uri-114", {400, "absolute form"}},
    };
    return kStricter;
}

constexpr auto* kNext = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Http1Parser, AgreesWithUpstreamCasesOrRefuses) {
    auto const cases = upstream_cases();
    std::size_t accepted = 0;
    for (auto const& one : cases) {
        auto const bare = parse(one.bytes);
        auto const parsed = parse(with_host(one.bytes));
        expect_same_in_pieces(one.bytes);
        expect_same_in_pieces(with_host(one.bytes));
        auto const stricter = stricter_than_upstream().find(one.id);
        if (stricter != stricter_than_upstream().end()) {
            EXPECT_EQ(parsed.refusal, stricter->second.first) << one.id;
            EXPECT_TRUE(parsed.requests.empty()) << one.id;
        } else if (one.expect == "reject") {
            // Some cases end inside the line that is wrong; it is refused when it ends.
            auto const followed = parse(with_host(one.bytes) + kNext);
            bool const over = followed.state == State::refused || followed.state == State::ended;
            EXPECT_TRUE(over) << one.id;
            EXPECT_EQ(followed.requests.size(), one.messages) << one.id;
            EXPECT_EQ(parsed.requests.size(), one.messages) << one.id;
            EXPECT_LE(bare.requests.size(), one.messages) << one.id;
        } else if (one.expect == "accept") {
            ++accepted;
            EXPECT_EQ(parsed.requests.size(), one.messages) << one.id;
            EXPECT_LE(bare.requests.size(), one.messages) << one.id;
        } else {
            // Upgrades are ignored, which HTTP allows; what follows must not become a request.
            EXPECT_LE(parsed.requests.size(), one.messages) << one.id;
        }
    }
    if (!cases.empty()) {
        EXPECT_EQ(cases.size(), 72U);
        EXPECT_EQ(accepted, 28U);
    }
}

}  // namespace
}  // namespace salus::http
