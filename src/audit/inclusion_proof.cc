#include "audit/inclusion_proof.h"

#include <algorithm>
#include <bit>

#include "audit/segment.h"
#include "audit/verifier.h"

namespace salus::audit {

std::vector<LeafRange> siblings_of(std::uint64_t index, std::uint64_t size) {
    std::vector<LeafRange> siblings;
    LeafRange tree{0, size};
    while (tree.end - tree.begin > 1) {
        // The left part is the largest power of two that is smaller than the tree.
        auto const middle = tree.begin + std::bit_floor(tree.end - tree.begin - 1);
        bool const left = index < middle;
        siblings.push_back(left ? LeafRange{middle, tree.end} : LeafRange{tree.begin, middle});
        tree = left ? LeafRange{tree.begin, middle} : LeafRange{middle, tree.end};
    }
    std::ranges::reverse(siblings);
    return siblings;
}

namespace {

// What a subtree has of leaves that were pruned: its complete subtrees among those of the tree
// before the first leaf that is left. Left of a leaf that stands, they make it up.
CompactRange pruned_part(LeafRange subtree, CompactRange const& before) {
    std::vector<crypto::Sha256Digest> parts;
    std::uint64_t at = 0;
    for (auto const& root : before.subtrees()) {
        auto const width = std::bit_floor(before.size() - at);
        if (at >= subtree.begin && at + width <= subtree.end) parts.push_back(root);
        at += width;
    }
    auto const end = std::min(subtree.end, before.size());
    return CompactRange::from(end > subtree.begin ? end - subtree.begin : 0, parts)
        .value_or(CompactRange());
}

Result<CompactRange> tree_before(std::filesystem::path const& directory) {
    auto header = first_header(directory);
    if (!header && header.error().code == Errc::not_found) return CompactRange();
    if (!header) return std::unexpected(header.error());
    return header->range;
}

}  // namespace

Result<InclusionProof> prove_inclusion(std::filesystem::path const& directory, std::uint64_t index,
                                       std::uint64_t size) {
    if (index >= size) return fail(Errc::not_found, "the audit log has no such leaf");
    auto const siblings = siblings_of(index, size);
    SALUS_TRY(auto tree, tree_before(directory));
    if (index < tree.size()) {
        return fail(Errc::gone, "the leaf was removed when its retention had ended");
    }
    std::vector<CompactRange> subtrees;
    subtrees.reserve(siblings.size());
    for (auto const& sibling : siblings) subtrees.push_back(pruned_part(sibling, tree));
    InclusionProof proof{.index = index, .size = size, .root = {}, .leaf = {}, .nodes = {}};
    auto const receive = [&](LeafView const& leaf) {
        if (leaf.index >= size) return;
        tree.append(leaf.hash);
        if (leaf.index == index) proof.leaf = leaf.json;
        for (std::size_t i = 0; i < siblings.size(); ++i) {
            if (leaf.index >= siblings[i].begin && leaf.index < siblings[i].end)
                subtrees[i].append(leaf.hash);
        }
    };
    SALUS_TRY(auto const report, read_leaves(directory, receive, Writer::running));
    if (report.finding) return fail(Errc::corrupt, "the audit log does not verify");
    if (tree.size() != size) return fail(Errc::not_found, "the audit log is shorter");
    proof.root = tree.root();
    for (auto const& subtree : subtrees) proof.nodes.push_back(subtree.root());
    return proof;
}

}  // namespace salus::audit
