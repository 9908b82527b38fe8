#include "transparency/pruned_tiles.h"

namespace salus::transparency {
namespace {

// One tile and the up to 256 below it, so that memory does not grow with the log.
Result<void> check_below(std::filesystem::path const& directory, unsigned level,
                         std::uint64_t number, std::uint64_t size, std::string& where) {
    TileReader tiles(directory, size);
    where = tile_path({level, number, width_of(level, number, size)});
    SALUS_TRY(auto const hashes, tiles.tile(level, number));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        auto const below = number * kTileWidth + i;
        where = tile_path({level - 1, below, kTileWidth});
        SALUS_TRY(auto nodes, tiles.tile(level - 1, below));
        if (complete_root(std::move(nodes)) != hashes[i]) {
            return fail(Errc::corrupt, "a tile is not what the one above it says");
        }
    }
    return {};
}

}  // namespace

Result<void> check_pruned_tiles(std::filesystem::path const& directory, TreeHead const& pruned,
                                std::string& where) {
    where = "tile";
    TileReader tiles(directory, pruned.size);
    SALUS_TRY(auto const root, tiles.root());
    if (root != pruned.root) {
        return fail(Errc::corrupt, "the tiles are not those of the leaves that were pruned");
    }
    for (unsigned level = 1; level < kTileLevels; ++level) {
        for (std::uint64_t number = 0; width_of(level, number, pruned.size) > 0; ++number) {
            SALUS_TRY_VOID(check_below(directory, level, number, pruned.size, where));
        }
    }
    return {};
}

Result<std::vector<std::string>> pruned_tile_files(std::filesystem::path const& directory,
                                                   std::uint64_t first) {
    std::vector<std::string> files;
    for (unsigned level = 0; level < kTileLevels; ++level) {
        for (std::uint64_t number = 0;; ++number) {
            auto const width = width_of(level, number, first);
            if (width == 0) break;
            auto const path = [&](std::uint64_t wide) { return tile_path({level, number, wide}); };
            SALUS_TRY(files.emplace_back(), find_tile_file(directory, path, width));
        }
    }
    auto const bundle = first / kTileWidth;
    if (first % kTileWidth == 0) return files;
    auto const path = [&](std::uint64_t wide) { return bundle_path(bundle, wide); };
    SALUS_TRY(files.emplace_back(), find_tile_file(directory, path, first % kTileWidth));
    return files;
}

Result<std::uint64_t> remove_pruned_entries(std::filesystem::path const& directory,
                                            audit::RecordedPruning const& pruning) {
    std::uint64_t removed = 0;
    std::error_code error;
    for (auto number = pruning.prefix().first / kTileWidth; number > 0; --number) {
        auto const gone =
            std::filesystem::remove(directory / bundle_path(number - 1, kTileWidth), error);
        if (error) return fail(Errc::unavailable, "pruned entries cannot be removed");
        removed += gone ? 1 : 0;
    }
    return removed;
}

}  // namespace salus::transparency
