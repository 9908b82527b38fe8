#include "audit_views/leaf_reader.h"

#include <algorithm>

#include "audit/follower.h"

namespace salus::audit_views {

using transparency::kTileWidth;

// One proof is enough for a bundle: every hash of its tile is part of it.
Result<LeafReader::Bundle> LeafReader::bundle(std::uint64_t number) {
    if (held_ && held_number_ == number) return held_;
    auto const first = number * kTileWidth;
    SALUS_TRY(auto leaves, tiles_.bundle(number));
    SALUS_TRY(auto const hashes, tiles_.tile(0, number));
    SALUS_TRY(auto const proof, transparency::prove_inclusion(tiles_, first));
    auto const is_hashed = [](std::string const& leaf, crypto::Sha256Digest const& hash) {
        return audit::leaf_hash(bytes_of(leaf)) == hash;
    };
    bool const fits = !hashes.empty() && std::ranges::equal(leaves, hashes, is_hashed) &&
                      transparency::proves_inclusion(head_, first, hashes.front(), proof);
    if (!fits) return fail(Errc::corrupt, "leaves do not fit the signed tree");
    held_ = std::make_shared<std::vector<std::string> const>(std::move(leaves));
    held_number_ = number;
    return held_;
}

Result<void> LeafReader::signed_leaves(audit::LeafRange range, Receive const& receive) {
    for (auto index = range.begin; index < range.end;) {
        SALUS_TRY(auto const leaves, bundle(index / kTileWidth));
        for (auto at = index % kTileWidth; at < leaves->size() && index < range.end; ++at) {
            SALUS_TRY_VOID(receive(index++, (*leaves)[static_cast<std::size_t>(at)]));
        }
    }
    return {};
}

Result<void> LeafReader::each(audit::LeafRange range, Receive const& receive) {
    if (range.begin < first_) {
        return fail(Errc::gone, "the leaf was removed when its retention had ended");
    }
    auto const signed_end = std::clamp(head_.size, range.begin, range.end);
    SALUS_TRY_VOID(signed_leaves({range.begin, signed_end}, receive));
    if (signed_end == range.end) return {};
    SALUS_TRY(auto follower, audit::Follower::open(directory_, signed_end));
    return follower.advance(range.end, [&](audit::LeafView const& leaf) -> Result<void> {
        if (leaf.index >= range.end) return {};
        return receive(leaf.index, leaf.json);
    });
}

Result<std::string> LeafReader::at(std::uint64_t index) {
    if (index >= size_) return fail(Errc::not_found, "the audit log has no such leaf");
    std::string found;
    SALUS_TRY_VOID(
        each({index, index + 1}, [&](std::uint64_t, std::string_view leaf) -> Result<void> {
            found = leaf;
            return {};
        }));
    return found;
}

Result<transparency::Proof> LeafReader::prove(std::uint64_t index) {
    if (index >= head_.size) return fail(Errc::not_found, "the leaf is not signed yet");
    return transparency::prove_inclusion(tiles_, index);
}

}  // namespace salus::audit_views
