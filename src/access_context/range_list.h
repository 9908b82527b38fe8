// Lists of networks as operators and their suppliers write them: a network or a single address on
// each line, a comment after # or ; and nothing else. Pure functions but read_*, which read a file.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "access_context/fault.h"
#include "access_context/range_table.h"

namespace salus::access_context {

// "10.0.0.0/8", "fd00::/8", "192.0.2.7", "2001:db8::7". No zone (%eth0), no bits beyond the prefix.
[[nodiscard]] Result<http::Network> parse_range(std::string_view text);

// Adds the networks, each with `value`. The first line that is none of the above is a Fault, and so
// is more than limits::kRanges in all.
[[nodiscard]] Loaded<void> parse_networks(Literal key, std::string_view text, std::uint8_t value,
                                          std::vector<Range>& ranges);
// A network, white space and its own value on each line, 0 to limits::kReputationWorst.
[[nodiscard]] Loaded<void> parse_scores(Literal key, std::string_view text,
                                        std::vector<Range>& ranges);

// The same of a file. An empty path adds nothing.
[[nodiscard]] Loaded<void> read_networks(Literal key, std::filesystem::path const& path,
                                         std::uint8_t value, std::vector<Range>& ranges);
[[nodiscard]] Loaded<void> read_scores(Literal key, std::filesystem::path const& path,
                                       std::vector<Range>& ranges);

}  // namespace salus::access_context
