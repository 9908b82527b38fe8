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

// The files that the tree of the leaves before `first` needs, below the log's directory: its hash
// tiles, and the bundle that the first leaf stands in with pruned ones before it. As they stand
// there, so that a partial one may be wider. Errc::not_found: one is missing.
[[nodiscard]] Result<std::vector<std::string>> pruned_tile_files(
    std::filesystem::path const& directory, std::uint64_t first);

// Removes the entry bundles all of whose leaves are pruned, those that are left; how many.
[[nodiscard]] Result<std::uint64_t> remove_pruned_entries(std::filesystem::path const& directory,
                                                          audit::RecordedPruning const& pruning);

}  // namespace salus::transparency
