// Where the hashes and entries of a log lie (C2SP tlog-tiles, "Merkle Tree"): a tile of level L
// holds up to 256 hashes, each of a complete subtree of 256^L leaves; an entry bundle holds up to
// 256 leaves, each after its length in two bytes. A tile of 256 is full and never changes; the last
// one of a level is partial. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/merkle.h"
#include "foundation/limits.h"

namespace salus::transparency {

using crypto::Sha256Digest;

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr unsigned kTileLevels = 8;  // 64 / kTileHeight
inline constexpr std::size_t kBundleBytesMost = kTileWidth * (limits::kAuditLeafBytes + 2);

struct TilePlace {
    unsigned level = 0;
    std::uint64_t number = 0;
    std::uint64_t width = kTileWidth;  // hashes in it, 1 to 256
};

// "tile/1/x001/234/067", "tile/0/000.p/17"
[[nodiscard]] std::string tile_path(TilePlace const& place);
// "tile/entries/x001/234/067.p/17"
[[nodiscard]] std::string bundle_path(std::uint64_t number, std::uint64_t width);

// How many hashes the level has in a tree of this size.
[[nodiscard]] constexpr std::uint64_t hashes_at(unsigned level, std::uint64_t size) noexcept {
    return size >> (kTileHeight * level);
}
// How wide the tile is in a tree of this size; 0: it has none.
[[nodiscard]] constexpr std::uint64_t width_of(unsigned level, std::uint64_t number,
                                               std::uint64_t size) noexcept {
    auto const before = number * kTileWidth;
    auto const hashes = hashes_at(level, size);
    if (hashes <= before) return 0;
    return hashes - before < kTileWidth ? hashes - before : kTileWidth;
}

// The root of the complete tree over these nodes. REQUIRES: their number is a power of two.
[[nodiscard]] Sha256Digest complete_root(std::vector<Sha256Digest> nodes);

}  // namespace salus::transparency
