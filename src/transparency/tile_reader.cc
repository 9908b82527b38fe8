#include "transparency/tile_reader.h"

#include <algorithm>
#include <bit>

#include "foundation/check.h"
#include "foundation/file.h"

namespace salus::transparency {
namespace {

// A partial tile may have become a full one meanwhile, which begins with the same bytes.
Result<Bytes> read_either(std::filesystem::path const& directory, std::string const& path,
                          std::string const& full_path, std::size_t bytes_most) {
    auto contents = read_file(directory / path, bytes_most);
    if (contents || contents.error().code != Errc::not_found) return contents;
    return read_file(directory / full_path, bytes_most);
}

}  // namespace

Result<std::vector<Sha256Digest>> TileReader::tile(unsigned level, std::uint64_t number) {
    auto const key = std::pair(level, number);
    if (auto const known = tiles_.find(key); known != tiles_.end()) return known->second;
    auto const width = width_of(level, number, size_);
    SALUS_CHECK(width > 0);
    SALUS_TRY(auto const bytes,
              read_either(directory_, tile_path({level, number, width}),
                          tile_path({level, number, kTileWidth}), kTileWidth * 32));
    auto const expected = width * sizeof(Sha256Digest);
    if (bytes.size() != expected && bytes.size() != kTileWidth * sizeof(Sha256Digest)) {
        return fail(Errc::corrupt, "a tile has the wrong size");
    }
    std::vector<Sha256Digest> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
        std::ranges::copy(BytesView(bytes).subspan(i * sizeof(Sha256Digest), sizeof(Sha256Digest)),
                          hashes[i].begin());
    }
    return tiles_.emplace(key, std::move(hashes)).first->second;
}

Result<Sha256Digest> TileReader::subtree(unsigned height, std::uint64_t number) {
    auto const level = height / kTileHeight;
    auto const count = std::uint64_t{1} << (height % kTileHeight);
    auto const first = number * count;  // among the hashes of the level
    SALUS_TRY(auto const hashes, tile(level, first / kTileWidth));
    auto const begin = first % kTileWidth;
    SALUS_CHECK(begin + count <= hashes.size());
    return complete_root({hashes.begin() + static_cast<std::ptrdiff_t>(begin),
                          hashes.begin() + static_cast<std::ptrdiff_t>(begin + count)});
}

Result<Sha256Digest> TileReader::range(std::uint64_t begin, std::uint64_t end) {
    SALUS_CHECK(begin < end && end <= size_);
    // Complete subtrees from the widest to the narrowest, put together from the right.
    std::vector<Sha256Digest> parts;
    for (auto at = begin; at < end;) {
        auto const width = std::bit_floor(end - at);
        SALUS_CHECK(at % width == 0);
        SALUS_TRY(parts.emplace_back(),
                  subtree(static_cast<unsigned>(std::countr_zero(width)), at / width));
        at += width;
    }
    auto node = parts.back();
    for (auto i = parts.size() - 1; i > 0; --i) node = audit::node_hash(parts[i - 1], node);
    return node;
}

Result<std::vector<std::string>> TileReader::bundle(std::uint64_t number) const {
    auto const width = width_of(0, number, size_);
    SALUS_CHECK(width > 0);
    SALUS_TRY(auto const bytes, read_either(directory_, bundle_path(number, width),
                                            bundle_path(number, kTileWidth), kBundleBytesMost));
    std::vector<std::string> entries;
    auto rest = BytesView(bytes);
    while (!rest.empty() && entries.size() < width) {
        if (rest.size() < 2 || rest.size() - 2 < read_u16(rest)) break;
        std::size_t const size = read_u16(rest);
        entries.emplace_back(text_of(rest.subspan(2, size)));
        rest = rest.subspan(2 + size);
    }
    if (entries.size() != width) return fail(Errc::corrupt, "an entry bundle has the wrong size");
    return entries;
}

Result<std::string> TileReader::entry(std::uint64_t index) const {
    SALUS_CHECK(index < size_);
    SALUS_TRY(auto entries, bundle(index / kTileWidth));
    return std::move(entries[index % kTileWidth]);
}

Result<Sha256Digest> TileReader::root() {
    if (size_ == 0) return audit::CompactRange().root();
    return range(0, size_);
}

Result<audit::CompactRange> TileReader::compact() {
    std::vector<Sha256Digest> subtrees;
    for (std::uint64_t at = 0; at < size_;) {
        auto const width = std::bit_floor(size_ - at);
        SALUS_TRY(subtrees.emplace_back(),
                  subtree(static_cast<unsigned>(std::countr_zero(width)), at / width));
        at += width;
    }
    auto const range = audit::CompactRange::from(size_, subtrees);
    SALUS_CHECK(range.has_value());
    return *range;
}

}  // namespace salus::transparency
