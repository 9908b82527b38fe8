// Reads hashes and entries from a log's tiles, for a tree of a given size: what a proof needs is a
// few files, however long the log is. Nothing read here is trusted by itself: a proof made of wrong
// hashes does not verify against the root that was signed.
//
// Remembers the tiles that it read. Belongs to one thread. Errors: Errc::not_found when a tile is
// missing, Errc::corrupt when it has a size that no tile has.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "foundation/result.h"
#include "transparency/tile.h"

namespace salus::transparency {

// The file that holds at least so many hashes, or entries, of a tile: a partial tile may have
// grown, or have become a full one, and both begin with the same bytes. `path` gives the name for a
// width. Errc::not_found.
using TilePath = std::function<std::string(std::uint64_t width)>;
[[nodiscard]] Result<std::string> find_tile_file(std::filesystem::path const& directory,
                                                 TilePath const& path, std::uint64_t width);

class TileReader {
public:
    // `directory` holds `tile/`; `size` is of the tree, and its tiles were published.
    TileReader(std::filesystem::path directory, std::uint64_t size)
        : directory_(std::move(directory)), size_(size) {}

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // The root of leaves [begin, end), as RFC 6962 section 2.1 defines it.
    // REQUIRES: begin < end <= size(); begin is a multiple of the largest power of two below or at
    // end - begin, as it is for every node of a proof.
    [[nodiscard]] Result<Sha256Digest> range(std::uint64_t begin, std::uint64_t end);
    // The hashes that the tile holds. REQUIRES: it is in the tree.
    [[nodiscard]] Result<std::vector<Sha256Digest>> tile(unsigned level, std::uint64_t number);
    // The leaves of a bundle, in order. REQUIRES: it is in the tree.
    [[nodiscard]] Result<std::vector<std::string>> bundle(std::uint64_t number) const;
    // REQUIRES: index < size().
    [[nodiscard]] Result<std::string> entry(std::uint64_t index) const;
    // The head of the whole tree; of nothing, SHA-256 of nothing.
    [[nodiscard]] Result<Sha256Digest> root();
    // The roots of the complete subtrees of the whole tree.
    [[nodiscard]] Result<audit::CompactRange> compact();
    // Files opened so far.
    [[nodiscard]] std::size_t files_read() const noexcept { return tiles_.size(); }

private:
    // The root of the complete subtree of 2^height leaves.
    [[nodiscard]] Result<Sha256Digest> subtree(unsigned height, std::uint64_t number);

    std::filesystem::path directory_;
    std::uint64_t size_;
    std::map<std::pair<unsigned, std::uint64_t>, std::vector<Sha256Digest>> tiles_;
};

}  // namespace salus::transparency
