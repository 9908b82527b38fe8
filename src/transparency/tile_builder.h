// The growing tree as tiles: takes leaves in order and gives out each tile and entry bundle once it
// is full, and the partial ones at the right edge when asked. Belongs to one thread.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "transparency/proof.h"
#include "transparency/tile_sink.h"

namespace salus::transparency {

class TileBuilder {
public:
    // An empty tree. The sink outlives this.
    explicit TileBuilder(TileSink& sink) : sink_(sink) {}
    // Goes on where the reader's tree ends. Errc::corrupt: the last entries are not those of the
    // tree.
    static Result<TileBuilder> resume(TileReader& tiles, TileSink& sink);

    // About one node hash, and a file pair every 256 leaves. `hash` is the leaf's.
    [[nodiscard]] Result<void> append(std::string_view leaf, Sha256Digest const& hash);
    // The partial tiles of the tree as it is: at most one of each level, and a bundle.
    [[nodiscard]] Result<void> put_partial() const;
    // Some hundred node hashes.
    [[nodiscard]] TreeHead head() const;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    [[nodiscard]] Result<void> push(unsigned level, Sha256Digest const& hash);
    [[nodiscard]] Result<void> put_tile(unsigned level, std::uint64_t number) const;

    TileSink& sink_;
    std::uint64_t size_ = 0;
    std::array<std::vector<Sha256Digest>, kTileLevels> edge_;  // of each level's last tile
    Bytes bundle_;                                             // the last one
};

}  // namespace salus::transparency
