// What the tests of tiles share: leaves, their hashes, a directory, and the tree as RFC 6962
// section 2.1 defines it, computed from the leaves without any tile.
#pragma once

#include <bit>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "transparency/tile_builder.h"
#include "transparency/tile_writer.h"

namespace salus::transparency {

inline std::string test_leaf(std::uint64_t index) {
    return R"({"i":)" + std::to_string(index) + "}";
}
inline Sha256Digest test_hash(std::uint64_t index) {
    return audit::leaf_hash(bytes_of(test_leaf(index)));
}

// MTH(D[begin:end])
inline Sha256Digest tree_hash(std::uint64_t begin, std::uint64_t end) {
    if (end == begin) return crypto::sha256(BytesView());
    if (end - begin == 1) return test_hash(begin);
    auto const middle = begin + std::bit_floor(end - begin - 1);
    return audit::node_hash(tree_hash(begin, middle), tree_hash(middle, end));
}

class TilesTest : public ::testing::Test {
protected:
    TilesTest() {
        auto pattern = (std::filesystem::temp_directory_path() / "salus_tiles_XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~TilesTest() override { std::filesystem::remove_all(directory_); }

    // Publishes the tree of this size, from what is published.
    void grow(std::uint64_t size) {
        TileWriter writer(directory_);
        TileReader reader(directory_, published_);
        auto builder = TileBuilder::resume(reader, writer);
        ASSERT_TRUE(builder) << builder.error().why.text();
        while (builder->size() < size) {
            ASSERT_TRUE(builder->append(test_leaf(builder->size()), test_hash(builder->size())));
        }
        ASSERT_TRUE(builder->put_partial());
        ASSERT_TRUE(writer.flush());
        published_ = size;
    }
    [[nodiscard]] std::filesystem::path file(std::string const& path) const {
        return directory_ / path;
    }

    std::filesystem::path directory_;
    std::uint64_t published_ = 0;
};

}  // namespace salus::transparency
