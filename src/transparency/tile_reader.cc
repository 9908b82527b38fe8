#include "transparency/tile_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "foundation/check.h"
#include "foundation/file.h"

namespace salus::transparency {
namespace {

// The widest of the partial ones in a directory; 0: there is none.
std::uint64_t widest_in(std::filesystem::path const& directory) {
    std::uint64_t widest = 0;
    std::error_code error;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        auto const name = entry->path().filename().string();
        std::uint64_t width = 0;
        auto const* const end = name.data() + name.size();
        auto const read = std::from_chars(name.data(), end, width);
        bool const is_width = read.ec == std::errc() && read.ptr == end && width < kTileWidth;
        if (is_width) widest = std::max(widest, width);
    }
    return widest;
}

struct TileFile {
    Bytes contents;
    std::uint64_t width = 0;  // as its name says
};

Result<TileFile> read_tile_file(std::filesystem::path const& directory, TilePath const& path,
                                std::uint64_t width, std::size_t bytes_most) {
    auto contents = read_file(directory / path(width), bytes_most);
    if (contents) return TileFile{*std::move(contents), width};
    if (contents.error().code != Errc::not_found) return std::unexpected(contents.error());
    SALUS_TRY(auto const wider, find_tile_file(directory, path, width));
    SALUS_TRY(contents, read_file(directory / wider, bytes_most));
    auto const name = std::filesystem::path(wider);
    bool const is_partial = name.parent_path().extension() == ".p";
    return TileFile{*std::move(contents),
                    is_partial ? std::stoull(name.filename().string()) : kTileWidth};
}

}  // namespace

Result<std::string> find_tile_file(std::filesystem::path const& directory, TilePath const& path,
                                   std::uint64_t width) {
    std::error_code error;
    for (auto const each : {width, kTileWidth}) {
        if (std::filesystem::exists(directory / path(each), error)) return path(each);
    }
    auto const widest = widest_in((directory / path(1)).parent_path());
    if (widest < width) return fail(Errc::not_found, "a tile is missing");
    return path(widest);
}

Result<std::vector<Sha256Digest>> TileReader::tile(unsigned level, std::uint64_t number) {
    auto const key = std::pair(level, number);
    if (auto const known = tiles_.find(key); known != tiles_.end()) return known->second;
    auto const width = width_of(level, number, size_);
    SALUS_CHECK(width > 0);
    SALUS_TRY(auto const file,
              read_tile_file(
                  directory_, [&](std::uint64_t wide) { return tile_path({level, number, wide}); },
                  width, kTileWidth * sizeof(Sha256Digest)));
    if (file.contents.size() != file.width * sizeof(Sha256Digest)) {
        return fail(Errc::corrupt, "a tile has the wrong size");
    }
    std::vector<Sha256Digest> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
        std::ranges::copy(
            BytesView(file.contents).subspan(i * sizeof(Sha256Digest), sizeof(Sha256Digest)),
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
    SALUS_TRY(auto const file,
              read_tile_file(
                  directory_, [&](std::uint64_t wide) { return bundle_path(number, wide); }, width,
                  kBundleBytesMost));
    std::vector<std::string> entries;
    auto rest = BytesView(file.contents);
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
