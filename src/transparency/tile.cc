#include "transparency/tile.h"

#include "foundation/check.h"

namespace salus::transparency {
namespace {

// Three digits a path element, all but the last after an x.
std::string numbered(std::uint64_t number) {
    auto const three = [](std::uint64_t value) {
        auto const digits = std::to_string(value);
        return std::string(3 - digits.size(), '0') + digits;
    };
    auto path = three(number % 1000);
    for (auto rest = number / 1000; rest > 0; rest /= 1000) {
        path.insert(0, "x" + three(rest % 1000) + "/");
    }
    return path;
}

std::string with_width(std::string path, std::uint64_t width) {
    SALUS_CHECK(width >= 1 && width <= kTileWidth);
    if (width < kTileWidth) path.append(".p/").append(std::to_string(width));
    return path;
}

}  // namespace

std::string tile_path(TilePlace const& place) {
    return with_width("tile/" + std::to_string(place.level) + "/" + numbered(place.number),
                      place.width);
}

std::string bundle_path(std::uint64_t number, std::uint64_t width) {
    return with_width("tile/entries/" + numbered(number), width);
}

Sha256Digest complete_root(std::vector<Sha256Digest> nodes) {
    SALUS_CHECK(!nodes.empty() && (nodes.size() & (nodes.size() - 1)) == 0);
    for (auto count = nodes.size(); count > 1; count /= 2) {
        for (std::size_t i = 0; i < count / 2; ++i) {
            nodes[i] = audit::node_hash(nodes[2 * i], nodes[2 * i + 1]);
        }
    }
    return nodes.front();
}

}  // namespace salus::transparency
