// Reads leaves of a log that is being written, each checked as it is read: those that are signed
// come from their tiles, with a proof against the signed tree head; the others from the segments,
// by the chain of their hashes. Belongs to one thread. Errors: Errc::corrupt when a hash is not
// what it must be, Errc::not_found behind the end, Errc::gone before the first leaf that is left,
// Errc::internal when files cannot be read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "audit/inclusion_proof.h"
#include "audit/pruned_prefix.h"
#include "transparency/proof.h"
#include "transparency/tile_reader.h"

namespace salus::audit_views {

class LeafReader {
public:
    // `size` leaves are durable; `head` is of the signed tree, or empty: nothing is signed yet.
    LeafReader(std::filesystem::path directory, std::uint64_t size, transparency::TreeHead head)
        : directory_(std::move(directory)),
          first_(audit::read_pruning(directory_).value_or(audit::Pruning{}).prefix.first),
          size_(size),
          head_(head),
          tiles_(directory_, head_.size) {}

    // Leaves before it were pruned.
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] transparency::TreeHead const& head() const noexcept { return head_; }

    using Receive = std::function<Result<void>(std::uint64_t index, std::string_view leaf)>;
    // In order. REQUIRES: range.end <= size().
    [[nodiscard]] Result<void> each(audit::LeafRange range, Receive const& receive);
    [[nodiscard]] Result<std::string> at(std::uint64_t index);
    // Of a leaf in the signed tree. Errc::not_found: it is not signed yet.
    [[nodiscard]] Result<transparency::Proof> prove(std::uint64_t index);

private:
    [[nodiscard]] Result<void> signed_leaves(audit::LeafRange range, Receive const& receive);
    using Bundle = std::shared_ptr<std::vector<std::string> const>;
    [[nodiscard]] Result<Bundle> bundle(std::uint64_t number);

    std::filesystem::path directory_;
    std::uint64_t first_;
    std::uint64_t size_;
    transparency::TreeHead head_;
    transparency::TileReader tiles_;
    // The one read last: an event, its intent and its proof are mostly in the same.
    std::uint64_t held_number_ = 0;
    Bundle held_;
};

}  // namespace salus::audit_views
