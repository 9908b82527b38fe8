// Proofs of RFC 6962 section 2.1: that a leaf is in a tree, and that a tree continues an earlier
// one. Made from tiles in as many reads as the tree is high; checked with tree heads alone (RFC
// 9162 sections 2.1.3.2 and 2.1.4.2). Any thread, as long as each has its own TileReader.
#pragma once

#include <span>
#include <vector>

#include "audit/inclusion_proof.h"
#include "transparency/tile_reader.h"

namespace salus::transparency {

struct TreeHead {
    std::uint64_t size = 0;
    Sha256Digest root = audit::CompactRange().root();
    friend bool operator==(TreeHead const&, TreeHead const&) = default;
};

using Proof = std::vector<Sha256Digest>;  // from the leaf's side up to the root's child
inline constexpr std::size_t kProofNodesMost = 64;

// Of the leaf in the reader's tree. Errc::not_found when the tree has no such leaf.
[[nodiscard]] Result<Proof> prove_inclusion(TileReader& tiles, std::uint64_t index);
// That the reader's tree continues the one of this size; empty when that is 0 or the same.
// Errc::not_found when the reader's tree is smaller.
[[nodiscard]] Result<Proof> prove_consistency(TileReader& tiles, std::uint64_t old_size);

[[nodiscard]] bool proves_inclusion(TreeHead const& head, std::uint64_t index,
                                    Sha256Digest const& leaf, std::span<Sha256Digest const> proof);
// Whether `head` continues `old`. The empty tree is continued by every tree, with an empty proof.
[[nodiscard]] bool proves_consistency(TreeHead const& old, TreeHead const& head,
                                      std::span<Sha256Digest const> proof);

}  // namespace salus::transparency
