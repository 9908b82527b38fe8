// The tiles of leaves that were pruned (C2SP tlog-tiles, "Pruning"): their hashes stay, so that the
// tree, the proofs of what is left and the proofs of consistency stay; their entries go. Any thread
// that may block.
#pragma once

#include "audit/pruning.h"
#include "transparency/tile_builder.h"

namespace salus::transparency {

// Every hash tile of the tree of the leaves before `first` fits the one above it, and the highest
// this root. Errc::corrupt: one is missing or wrong; its path is in `where`.
[[nodiscard]] Result<void> check_pruned_tiles(std::filesystem::path const& directory,
                                              TreeHead const& pruned, std::string& where);

// Removes the entry bundles all of whose leaves are pruned, those that are left; how many.
[[nodiscard]] Result<std::uint64_t> remove_pruned_entries(std::filesystem::path const& directory,
                                                          audit::RecordedPruning const& pruning);

}  // namespace salus::transparency
