// What the parent log says last of each log below it, read from the end of its files. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "audit/log_head.h"
#include "transparency/proof.h"

namespace salus::transparency {

struct StatedHead {
    audit::LogHead log;
    std::uint64_t leaf = 0;  // index in the parent log
};

struct StatedHeads {
    std::map<std::string, StatedHead> by_origin;
    std::uint64_t last_full = 0;  // index of the leaf that begins the last full statement
};

// As of the parent log's tree `parent`, whose leaves are durable. Reads back to the last full
// statement, `look` leaves at first, so the time does not grow with the log. Errc::corrupt: the
// files do not hold this tree, or the parent log contradicts itself.
[[nodiscard]] Result<StatedHeads> read_stated_heads(std::filesystem::path const& directory,
                                                    TreeHead const& parent,
                                                    std::uint64_t look = 1024);

// Takes over what a later leaf says. Errc::corrupt: it takes something back.
[[nodiscard]] Result<void> apply(StatedHeads& stated, audit::Statement const& statement,
                                 std::uint64_t leaf);

// Where the log with this origin stands, beside the parent log. Nothing: the origin is not one of a
// log of the parent's instance.
[[nodiscard]] std::optional<std::filesystem::path> directory_beside(
    std::filesystem::path const& parent_directory, std::string_view parent_origin,
    std::string_view origin);

[[nodiscard]] inline TreeHead tree_of(audit::LogHead const& head) {
    return {head.size, head.root};
}

}  // namespace salus::transparency
