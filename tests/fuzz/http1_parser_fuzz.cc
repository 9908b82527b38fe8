// Feeds the HTTP/1.1 parser the same bytes at once and in two pieces: it must not crash, must give
// the same requests, and must stay within its bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "foundation/check.h"
#include "http/http1_parser.h"

namespace {

using salus::http::Http1Parser;

struct Outcome {
    std::vector<std::size_t> bodies;
    Http1Parser::State state{};
    int refusal = 0;
    bool operator==(Outcome const&) const = default;
};

void feed(Http1Parser& parser, std::string_view bytes, Outcome& outcome) {
    while (!bytes.empty()) {
        auto const used = parser.feed(bytes);
        SALUS_CHECK(used <= bytes.size());
        bytes.remove_prefix(used);
        if (parser.state() == Http1Parser::State::complete) {
            outcome.bodies.push_back(parser.take().body.size());
        } else if (used == 0) {
            break;
        }
    }
}

Outcome run(std::string_view bytes, std::size_t split) {
    Http1Parser parser;
    Outcome outcome;
    feed(parser, bytes.substr(0, split), outcome);
    feed(parser, bytes.substr(split), outcome);
    outcome.state = parser.state();
    if (outcome.state == Http1Parser::State::refused) outcome.refusal = parser.refusal();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data + 1), size - 1);
    auto const split = bytes.empty() ? 0 : data[0] % bytes.size();
    SALUS_CHECK(run(bytes, bytes.size()) == run(bytes, split));
    return 0;
}
