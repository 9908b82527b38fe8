#include "access_context/range_list.h"

#include <algorithm>
#include <string>

#include "foundation/access_context_limits.h"
#include "foundation/file.h"
#include "http/grammar.h"

namespace salus::access_context {
namespace {

constexpr std::string_view kBlank = " \t";

struct Line {
    std::size_t number = 0;
    std::string_view text;  // without its comment, and without white space at its ends
};

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Calls `take` for each line that says something, until it finds a fault.
template <class Take>
Loaded<void> each_line(Literal key, std::string_view text, Take take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.size() > limits::kRangeLineBytes)
            return std::unexpected(Fault{key, number, "the line is too long"});
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trimmed(line.substr(0, line.find_first_of("#;")));
        if (line.empty()) continue;
        if (Literal const why = take(line); !why.empty())
            return std::unexpected(Fault{key, number, why});
    }
    return {};
}

// Empty: it was added.
Literal add(std::string_view text, std::uint8_t value, std::vector<Range>& ranges) {
    auto const network = parse_range(text);
    if (!network) return network.error().why;
    if (ranges.size() == limits::kRanges) return "there are too many networks";
    ranges.push_back({*network, value});
    return {};
}

Literal add_score(std::string_view line, std::vector<Range>& ranges) {
    constexpr Literal kWhy = "a reputation is written as a network and a number from 0 to 100";
    auto const blank = line.find_first_of(kBlank);
    if (blank == std::string_view::npos) return kWhy;
    auto const score = http::content_length(trimmed(line.substr(blank)));
    if (!score || *score > limits::kReputationWorst) return kWhy;
    return add(line.substr(0, blank), static_cast<std::uint8_t>(*score), ranges);
}

Loaded<Bytes> contents_of(Literal key, std::filesystem::path const& path) {
    if (path.empty()) return Bytes();
    auto contents = read_file(path, limits::kRangeFileBytes);
    if (!contents) return std::unexpected(Fault{key, 0, contents.error().why});
    return *std::move(contents);
}

}  // namespace

Result<http::Network> parse_range(std::string_view text) {
    if (text.contains('/')) return http::Network::parse(text);
    return http::Network::parse(std::string(text) + (text.contains(':') ? "/128" : "/32"));
}

Loaded<void> parse_networks(Literal key, std::string_view text, std::uint8_t value,
                            std::vector<Range>& ranges) {
    return each_line(key, text, [&](std::string_view line) { return add(line, value, ranges); });
}

Loaded<void> parse_scores(Literal key, std::string_view text, std::vector<Range>& ranges) {
    return each_line(key, text, [&](std::string_view line) { return add_score(line, ranges); });
}

Loaded<void> read_networks(Literal key, std::filesystem::path const& path, std::uint8_t value,
                           std::vector<Range>& ranges) {
    auto const contents = contents_of(key, path);
    if (!contents) return std::unexpected(contents.error());
    return parse_networks(key, text_of(*contents), value, ranges);
}

Loaded<void> read_scores(Literal key, std::filesystem::path const& path,
                         std::vector<Range>& ranges) {
    auto const contents = contents_of(key, path);
    if (!contents) return std::unexpected(contents.error());
    return parse_scores(key, text_of(*contents), ranges);
}

}  // namespace salus::access_context
