#include "transparency/tile_builder.h"

#include <algorithm>
#include <iterator>

#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::transparency {
namespace {

void append_entry(Bytes& bundle, std::string_view leaf) {
    SALUS_CHECK(leaf.size() <= limits::kAuditLeafBytes);
    append_u16(bundle, static_cast<std::uint16_t>(leaf.size()));
    append(bundle, bytes_of(leaf));
}

}  // namespace

Result<TileBuilder> TileBuilder::resume(TileReader& tiles, TileSink& sink) {
    TileBuilder builder(sink);
    auto const size = tiles.size();
    builder.size_ = size;
    for (unsigned level = 0; level < kTileLevels; ++level) {
        auto const number = hashes_at(level, size) / kTileWidth;
        if (width_of(level, number, size) == 0) continue;
        SALUS_TRY(builder.edge_.at(level), tiles.tile(level, number));
    }
    if (size % kTileWidth != 0) {
        SALUS_TRY(auto const entries, tiles.bundle(size / kTileWidth));
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (audit::leaf_hash(bytes_of(entries[i])) != builder.edge_.front()[i]) {
                return fail(Errc::corrupt, "an entry is not the one that its tile has");
            }
            append_entry(builder.bundle_, entries[i]);
        }
    }
    return builder;
}

// The hashes of a level's last tile are complete subtrees, the largest those of the highest level:
// put together they are the compact range of the whole tree.
TreeHead TileBuilder::head() const {
    std::vector<Sha256Digest> subtrees;
    for (auto level = edge_.rbegin(); level != edge_.rend(); ++level) {
        audit::CompactRange of_level;
        for (auto const& hash : *level) of_level.append(hash);
        std::ranges::copy(of_level.subtrees(), std::back_inserter(subtrees));
    }
    auto const range = audit::CompactRange::from(size_, subtrees);
    SALUS_CHECK(range.has_value());
    return {size_, range->root()};
}

Result<void> TileBuilder::put_tile(unsigned level, std::uint64_t number) const {
    auto const& hashes = edge_.at(level);
    Bytes contents;
    contents.reserve(hashes.size() * sizeof(Sha256Digest));
    for (auto const& hash : hashes) salus::append(contents, hash);
    return sink_.put(tile_path({level, number, hashes.size()}), contents);
}

Result<void> TileBuilder::push(unsigned level, Sha256Digest const& hash) {
    auto& hashes = edge_.at(level);
    hashes.push_back(hash);
    if (hashes.size() < kTileWidth) return {};
    auto const number = hashes_at(level, size_) / kTileWidth - 1;
    SALUS_TRY_VOID(put_tile(level, number));
    sink_.filled(tile_path({level, number, kTileWidth}));
    auto const root = complete_root(std::move(hashes));
    hashes.clear();
    return push(level + 1, root);
}

Result<void> TileBuilder::append(std::string_view leaf, Sha256Digest const& hash) {
    append_entry(bundle_, leaf);
    if (++size_ % kTileWidth == 0) {
        auto const number = size_ / kTileWidth - 1;
        SALUS_TRY_VOID(sink_.put(bundle_path(number, kTileWidth), bundle_));
        sink_.filled(bundle_path(number, kTileWidth));
        bundle_.clear();
    }
    return push(0, hash);
}

Result<void> TileBuilder::put_partial() const {
    for (unsigned level = 0; level < kTileLevels; ++level) {
        if (edge_.at(level).empty()) continue;
        SALUS_TRY_VOID(put_tile(level, hashes_at(level, size_) / kTileWidth));
    }
    if (bundle_.empty()) return {};
    return sink_.put(bundle_path(size_ / kTileWidth, size_ % kTileWidth), bundle_);
}

}  // namespace salus::transparency
