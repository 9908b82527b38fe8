// A log's leaves in pieces for its mirror, each with the root of the log up to its end. Reads
// behind the writer, from the segments; holds one batch of the log and one piece. Belongs to one
// thread. Errors as audit::Follower's; after one the next call reads anew.
#pragma once

#include <deque>
#include <filesystem>
#include <optional>

#include "audit/follower.h"
#include "mirror/mirror.h"

namespace salus::mirror {

class LogPieces {
public:
    LogPieces(std::filesystem::path directory, std::string origin)
        : directory_(std::move(directory)), origin_(std::move(origin)) {}

    // The next piece of the first `durable` leaves; without entries when there is nothing new.
    // Before move_to() was called, that is what it begins with. REQUIRES: they are durable.
    [[nodiscard]] Result<RootedEntries const*> next(std::uint64_t durable);
    // The piece that next() gave has come.
    void pass();
    // Goes on with this leaf.
    void move_to(std::uint64_t index);

private:
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> read(std::uint64_t durable);
    void add(audit::LeafView const& leaf);
    [[nodiscard]] RootedEntries piece_at_end() const;

    std::filesystem::path const directory_;
    std::string const origin_;
    std::optional<std::uint64_t> next_;  // the first leaf that has not come
    std::optional<audit::Follower> follower_;
    audit::CompactRange tree_;          // of all leaves that were read
    std::deque<RootedEntries> pieces_;  // the last one's root is not set while leaves are added
};

}  // namespace salus::mirror
