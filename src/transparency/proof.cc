#include "transparency/proof.h"

#include <algorithm>
#include <bit>

namespace salus::transparency {
namespace {

// SUBPROOF of RFC 6962 section 2.1.2, from the root downwards.
std::vector<audit::LeafRange> consistency_ranges(std::uint64_t old_size, std::uint64_t size) {
    std::vector<audit::LeafRange> ranges;
    audit::LeafRange tree{0, size};
    bool is_old_root = true;  // the left edge down to here: the verifier has this node already
    while (old_size != tree.end) {
        auto const middle = tree.begin + std::bit_floor(tree.end - tree.begin - 1);
        if (old_size <= middle) {
            ranges.push_back({middle, tree.end});
            tree.end = middle;
        } else {
            ranges.push_back({tree.begin, middle});
            tree.begin = middle;
            is_old_root = false;
        }
    }
    if (!is_old_root) ranges.push_back(tree);
    std::ranges::reverse(ranges);
    return ranges;
}

Result<Proof> hashes_of(TileReader& tiles, std::vector<audit::LeafRange> const& ranges) {
    Proof proof;
    proof.reserve(ranges.size());
    for (auto const& range : ranges) {
        SALUS_TRY(proof.emplace_back(), tiles.range(range.begin, range.end));
    }
    return proof;
}

}  // namespace

Result<Proof> prove_inclusion(TileReader& tiles, std::uint64_t index) {
    if (index >= tiles.size()) return fail(Errc::not_found, "the tree has no such leaf");
    return hashes_of(tiles, audit::siblings_of(index, tiles.size()));
}

Result<Proof> prove_consistency(TileReader& tiles, std::uint64_t old_size) {
    if (old_size > tiles.size()) return fail(Errc::not_found, "the tree is smaller");
    if (old_size == 0 || old_size == tiles.size()) return Proof{};
    return hashes_of(tiles, consistency_ranges(old_size, tiles.size()));
}

bool proves_inclusion(TreeHead const& head, std::uint64_t index, Sha256Digest const& leaf,
                      std::span<Sha256Digest const> proof) {
    if (index >= head.size) return false;
    auto fn = index;
    auto sn = head.size - 1;
    auto node = leaf;
    for (auto const& sibling : proof) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            node = audit::node_hash(sibling, node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node = audit::node_hash(node, sibling);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && node == head.root;
}

bool proves_consistency(TreeHead const& old, TreeHead const& head,
                        std::span<Sha256Digest const> proof) {
    if (old.size > head.size) return false;
    if (old.size == 0) return old == TreeHead{} && proof.empty();
    if (old.size == head.size) return old.root == head.root && proof.empty();
    if (proof.empty()) return false;
    auto fn = old.size - 1;
    auto sn = head.size - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    // The old tree is a complete one: its root is the first node, and is not repeated.
    bool const is_complete = std::has_single_bit(old.size);
    auto old_node = is_complete ? old.root : proof.front();
    auto node = old_node;
    for (auto const& sibling : proof.subspan(is_complete ? 0 : 1)) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            old_node = audit::node_hash(sibling, old_node);
            node = audit::node_hash(sibling, node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node = audit::node_hash(node, sibling);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && old_node == old.root && node == head.root;
}

}  // namespace salus::transparency
