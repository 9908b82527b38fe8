// Proofs that a leaf is in the log (RFC 6962 section 2.1.1; RFC 9162 section 2.1.3 says how to
// verify one): made from the log's leaves, verified with the tree's head alone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "audit/merkle.h"
#include "foundation/result.h"

namespace salus::audit {

struct InclusionProof {
    std::uint64_t index = 0;
    std::uint64_t size = 0;  // of the tree
    crypto::Sha256Digest root{};
    std::string leaf;                         // its bytes
    std::vector<crypto::Sha256Digest> nodes;  // from the leaf's sibling to the root's child
};

// A run of leaves whose subtree is one node of a proof: [begin, end).
struct LeafRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    friend bool operator==(LeafRange const&, LeafRange const&) = default;
};
// The nodes of the proof for a leaf, from its sibling upwards. REQUIRES: index < size.
[[nodiscard]] std::vector<LeafRange> siblings_of(std::uint64_t index, std::uint64_t size);

// Reads and verifies the whole log, which takes about a second for a million leaves, while it may
// be written. Errc::not_found: the log is shorter; Errc::gone: the leaf was pruned; Errc::corrupt.
// Any thread that may block.
[[nodiscard]] Result<InclusionProof> prove_inclusion(std::filesystem::path const& directory,
                                                     std::uint64_t index, std::uint64_t size);

}  // namespace salus::audit
