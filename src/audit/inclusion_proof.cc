#include "audit/inclusion_proof.h"

#include <algorithm>
#include <bit>

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

Result<InclusionProof> prove_inclusion(std::filesystem::path const& directory, std::uint64_t index,
                                       std::uint64_t size) {
    if (index >= size) return fail(Errc::not_found, "the audit log has no such leaf");
    auto const siblings = siblings_of(index, size);
    std::vector<CompactRange> subtrees(siblings.size());
    CompactRange tree;
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
