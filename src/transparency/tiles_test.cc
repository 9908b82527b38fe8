// Tiles on the disk: names, resuming, immutability, crashes.
#include <fstream>

#include "transparency/tiles_fixture.h"

namespace salus::transparency {
namespace {

TEST(TilePath, IsThatOfC2sp) {
    EXPECT_EQ(tile_path({0, 0, 256}), "tile/0/000");
    EXPECT_EQ(tile_path({1, 1'234'067, 256}), "tile/1/x001/x234/067");
    EXPECT_EQ(tile_path({2, 1'000, 17}), "tile/2/x001/000.p/17");
    EXPECT_EQ(bundle_path(999, 255), "tile/entries/999.p/255");
}

TEST(TilePath, WidthsAreThoseOfTheExampleInTheSpecification) {
    EXPECT_EQ(width_of(0, 272, 70'000), 256U);
    EXPECT_EQ(width_of(0, 273, 70'000), 112U);
    EXPECT_EQ(width_of(0, 274, 70'000), 0U);
    EXPECT_EQ(width_of(1, 0, 70'000), 256U);
    EXPECT_EQ(width_of(1, 1, 70'000), 17U);
    EXPECT_EQ(width_of(2, 0, 70'000), 1U);
    EXPECT_EQ(width_of(1, 0, 256), 1U);
}

// Growing in steps and reopening each time gives, file by file, what growing at once gives.
TEST_F(TilesTest, ResumesAtEverySize) {
    for (std::uint64_t size = 0; size <= 600; size += 1 + size / 7) {
        grow(size);
        TileReader reader(directory_, size);
        EXPECT_EQ(reader.root().value(), tree_hash(0, size)) << size;
        for (std::uint64_t i = 0; i < size; ++i) EXPECT_EQ(reader.entry(i).value(), test_leaf(i));
    }
}

TEST_F(TilesTest, HasTheLevelsOfALargeTree) {
    grow(70'000);
    EXPECT_TRUE(std::filesystem::exists(file("tile/0/273.p/112")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/entries/273.p/112")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/1/000")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/1/001.p/17")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/2/000.p/1")));
    EXPECT_EQ(std::filesystem::file_size(file("tile/0/272")), 8192U);
    TileReader reader(directory_, 70'000);
    EXPECT_EQ(reader.root().value(), tree_hash(0, 70'000));
    EXPECT_LE(reader.files_read(), 3U);
}

TEST_F(TilesTest, PartialTilesStayUntilTheTileIsFull) {
    grow(100);
    grow(200);
    EXPECT_TRUE(std::filesystem::exists(file("tile/0/000.p/100")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/0/000.p/200")));
    grow(256);
    EXPECT_FALSE(std::filesystem::exists(file("tile/0/000.p")));
    EXPECT_FALSE(std::filesystem::exists(file("tile/entries/000.p")));
    // Whoever asks for a tree of 100 still finds it: the full tile begins with the partial one.
    TileReader reader(directory_, 100);
    EXPECT_EQ(reader.root().value(), tree_hash(0, 100));
    EXPECT_EQ(reader.bundle(0).value().size(), 100U);
}

TEST_F(TilesTest, ATileThatDiffersIsNeverReplaced) {
    grow(300);
    for (auto const* const path : {"tile/0/000", "tile/entries/000", "tile/0/001.p/44"}) {
        std::fstream(file(path), std::ios::in | std::ios::out | std::ios::binary) << "x";
        auto const changed = std::filesystem::file_size(file(path));
        published_ = 0;
        TileWriter writer(directory_);
        TileBuilder builder(writer);
        Result<void> result;
        while (result && builder.size() < 300) {
            result = builder.append(test_leaf(builder.size()), test_hash(builder.size()));
        }
        if (result) result = builder.put_partial();
        ASSERT_FALSE(result) << path;
        EXPECT_EQ(result.error().code, Errc::corrupt);
        EXPECT_EQ(std::filesystem::file_size(file(path)), changed);
        std::filesystem::remove(file(path));
        grow(300);
    }
}

// What was not renamed before a crash is not there; the next run writes it again.
TEST_F(TilesTest, WhatWasNotFlushedIsAbsentAndComesAgain) {
    grow(10);
    {
        TileWriter writer(directory_);
        TileReader reader(directory_, 10);
        auto builder = TileBuilder::resume(reader, writer);
        while (builder->size() < 300) {
            ASSERT_TRUE(builder->append(test_leaf(builder->size()), test_hash(builder->size())));
        }
    }
    EXPECT_FALSE(std::filesystem::exists(file("tile/0/000")));
    EXPECT_TRUE(std::filesystem::exists(file("tile/0/000.new")));
    grow(300);
    TileReader reader(directory_, 300);
    EXPECT_EQ(reader.root().value(), tree_hash(0, 300));
    EXPECT_FALSE(std::filesystem::exists(file("tile/0/000.new")));
}

TEST_F(TilesTest, ADiskThatCannotBeWrittenIsToldAndRecovers) {
    grow(10);
    std::filesystem::rename(file("tile"), file("away"));
    std::ofstream(file("tile")) << "not a directory";
    TileWriter writer(directory_);
    EXPECT_EQ(writer.put("tile/0/000", bytes_of("x")).error().code, Errc::unavailable);
    std::filesystem::remove(file("tile"));
    std::filesystem::rename(file("away"), file("tile"));
    grow(20);
}

TEST_F(TilesTest, MissingAndShortTilesAreTold) {
    grow(300);
    std::filesystem::resize_file(file("tile/0/000"), 8160);
    EXPECT_EQ(TileReader(directory_, 300).range(0, 128).error().code, Errc::corrupt);
    std::filesystem::remove(file("tile/0/000"));
    EXPECT_EQ(TileReader(directory_, 300).range(0, 128).error().code, Errc::not_found);
    std::filesystem::resize_file(file("tile/entries/000"), 1000);
    EXPECT_EQ(TileReader(directory_, 300).entry(255).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::transparency
