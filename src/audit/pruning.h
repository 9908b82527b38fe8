// Removes from a log what is recorded as pruned. Nothing else in the product removes a segment.
//
// In this order, so that a crash leaves a whole log wherever it comes: the leaf is durable (and,
// for the caller to see to, signed and cosigned), the file `pruned` points to it, the files go.
// From the second step on what stands before the prefix's end is no part of the log any more.
#pragma once

#include "audit/retention.h"

namespace salus::audit {

// The proof that a leaf of the log records a pruning, and which; only find() makes one.
class RecordedPruning {
public:
    // What the file `pruned` points to. Errc::not_found: nothing was pruned; Errc::corrupt: the
    // leaf says something else.
    static Result<RecordedPruning> find(std::filesystem::path const& directory);
    [[nodiscard]] PrunedPrefix const& prefix() const noexcept { return prefix_; }

private:
    explicit RecordedPruning(PrunedPrefix const& prefix) : prefix_(prefix) {}
    PrunedPrefix prefix_;
};

// Takes the prefix out of the log, durably; its files still stand. REQUIRES: the leaf at the index
// is durable and says `prefix`, which is due.with() of the file of versions that stands there.
[[nodiscard]] Result<RecordedPruning> declare_pruned(std::filesystem::path const& directory,
                                                     DuePrefix const& due,
                                                     PrunedPrefix const& prefix,
                                                     std::uint64_t leaf);
// Removes the segments and the files of versions before it, those that are left; how many.
[[nodiscard]] Result<std::uint64_t> remove_pruned_segments(std::filesystem::path const& directory,
                                                           RecordedPruning const& pruning);

}  // namespace salus::audit
