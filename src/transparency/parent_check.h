// Verifies the logs below a parent log against every statement that it ever made of them, offline,
// from the files alone (AUD-3). That the parent log itself is whole and signed, check_log() says;
// so does it of each log below. Any thread. Reads the parent and each log below once more, and
// keeps a window of some MiB for each log.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "transparency/parent_log.h"

namespace salus::transparency {

struct ParentCheck {
    std::uint64_t statements = 0;  // of one log each, that were compared
    std::uint64_t logs = 0;
    std::vector<ParentFinding> findings;  // the first of each log
};

// Of one log alone where `only` is its origin. An error only when files cannot be read, or the
// parent log's own are damaged (Errc::corrupt).
[[nodiscard]] Result<ParentCheck> check_below(
    std::filesystem::path const& parent_directory, audit::Writer writer,
    std::optional<std::string> const& only = std::nullopt);

}  // namespace salus::transparency
