// Reads a log behind its writer: hands on each leaf once, verified against the one before, as far
// as the writer says that it is durable. Keeps no segment in memory. Belongs to one thread.
// Errors: Errc::corrupt when the files do not hold what they should, Errc::internal when they
// cannot be read; after one the follower is not to be used again.
#pragma once

#include <filesystem>
#include <functional>

#include "audit/batch.h"
#include "audit/verifier.h"
#include "foundation/result.h"

namespace salus::audit {

class Follower {
public:
    // Will hand on the leaf with this index first; Errc::gone: it was pruned. Takes the state at
    // the start of its segment from the segment's header: whoever has followed since the first leaf
    // compares the tree's root.
    static Result<Follower> open(std::filesystem::path directory, std::uint64_t index);

    using Receive = std::function<Result<void>(LeafView const&)>;
    // Hands on the leaves before `size`. REQUIRES: they are durable.
    [[nodiscard]] Result<void> advance(std::uint64_t size, Receive const& receive);
    // The tree up to the last batch that was read; at open, up to the segment's start.
    [[nodiscard]] CompactRange const& range() const noexcept { return chain_.range; }

private:
    explicit Follower(std::filesystem::path directory) : directory_(std::move(directory)) {}
    [[nodiscard]] Result<void> find_segment(std::uint64_t index);
    [[nodiscard]] Result<void> begin_segment(std::uint64_t number);
    // So many bytes of the segment, from the next batch on.
    [[nodiscard]] Result<void> load(std::uint64_t bytes);
    // Errc::not_found: none begins here. `wanted`: leaves, from it on.
    [[nodiscard]] Result<Batch> next_batch(std::uint64_t wanted);

    std::filesystem::path directory_;
    std::uint64_t next_ = 0;  // to be handed on
    Chain chain_;
    Place at_;  // of the next batch; segment 0: none was begun
    std::uint64_t segment_bytes_ = 0;
    Bytes window_;  // of the segment, from window_begin_ on
    std::uint64_t window_begin_ = 0;
};

}  // namespace salus::audit
