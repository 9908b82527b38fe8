#include "mirror/log_pieces.h"

#include <algorithm>

#include "mirror/entries.h"

namespace salus::mirror {
namespace {

// That are read before the size of the piece is looked at: of the longest leaves, 32 MiB.
constexpr std::uint64_t kLeavesAtOnce = 512;

}  // namespace

// From the start of the segment that has the leaf, where the tree is known.
Result<void> LogPieces::open() {
    pieces_.clear();
    SALUS_TRY(auto const segment, audit::Follower::open(directory_, *next_));
    tree_ = segment.range();
    SALUS_TRY(follower_, audit::Follower::open(directory_, tree_.size()));
    return {};
}

RootedEntries LogPieces::piece_at_end() const {
    return {.entries = {origin_, tree_.size(), {}}, .root = tree_.root()};
}

void LogPieces::add(audit::LeafView const& leaf) {
    if (leaf.index >= *next_) {
        bool const is_full =
            !pieces_.empty() &&
            pieces_.back().entries.bundle.size() + leaf.json.size() + 2 > kEntriesBytesMost;
        if (is_full) pieces_.back().root = tree_.root();
        if (is_full || pieces_.empty()) pieces_.push_back(piece_at_end());
        append_entry(pieces_.back().entries.bundle, leaf.json);
    }
    tree_.append(leaf.hash);
}

Result<void> LogPieces::read(std::uint64_t durable) {
    if (!follower_) SALUS_TRY_VOID(open());
    auto const receive = [this](audit::LeafView const& leaf) -> Result<void> {
        add(leaf);
        return {};
    };
    while (tree_.size() < durable && pieces_.size() < 2) {
        SALUS_TRY_VOID(
            follower_->advance(std::min(durable, tree_.size() + kLeavesAtOnce), receive));
    }
    if (pieces_.empty()) pieces_.push_back(piece_at_end());
    pieces_.back().root = tree_.root();
    return {};
}

Result<RootedEntries const*> LogPieces::next(std::uint64_t durable) {
    if (!next_) next_ = durable;
    if (pieces_.size() < 2) {
        if (auto const done = read(durable); !done) {
            follower_.reset();
            return std::unexpected(done.error());
        }
    }
    return &pieces_.front();
}

void LogPieces::pass() {
    pieces_.pop_front();
    next_ = pieces_.empty() ? tree_.size() : pieces_.front().entries.start;
}

void LogPieces::move_to(std::uint64_t index) {
    while (!pieces_.empty() && pieces_.front().entries.start < index) pieces_.pop_front();
    auto const at = pieces_.empty() ? tree_.size() : pieces_.front().entries.start;
    if (at != index) {
        pieces_.clear();
        follower_.reset();
    }
    next_ = index;
}

}  // namespace salus::mirror
