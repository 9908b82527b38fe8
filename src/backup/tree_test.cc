#include "backup/tree.h"

#include <gtest/gtest.h>

#include "backup/instance_for_test.h"
#include "foundation/backup_limits.h"

namespace salus::backup {
namespace {

constexpr std::size_t kBlock = limits::kBackupBlockBytes;

class TreeTest : public ::testing::Test {
protected:
    TreeTest() {
        auto name = (std::filesystem::temp_directory_path() / "salus_tree_XXXXXX").string();
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        directory_ = name;
        SALUS_CHECK(Repository::create(directory_, Part::data, "realm").has_value());
        repository_ = *Repository::open(directory_, Part::data);
    }
    ~TreeTest() override { std::filesystem::remove_all(directory_); }

    FileTree written(BytesView contents) {
        TreeWriter writer(*repository_, counts_);
        while (!contents.empty()) {
            auto const size = std::min(kBlock, contents.size());
            EXPECT_TRUE(writer.add(contents.first(size)));
            contents = contents.subspan(size);
        }
        return writer.finish().value();
    }
    Result<Bytes> read(FileTree const& tree) const {
        Bytes contents;
        SALUS_TRY_VOID(read_tree(*repository_, tree, [&](BytesView block) {
            append(contents, block);
            return Result<void>();
        }));
        return contents;
    }

    std::filesystem::path directory_;
    std::optional<Repository> repository_;
    BlockCounts counts_;
};

TEST_F(TreeTest, ReadsBackWhatWasWritten) {
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, kBlock - 1, kBlock, kBlock + 1,
                                   3 * kBlock, 2048 * kBlock, 2049 * kBlock + 7}) {
        Bytes contents(size);
        for (std::size_t i = 0; i < size; i += 4096)
            contents[i] = static_cast<std::uint8_t>(i >> 16U);
        auto const tree = written(contents);
        EXPECT_EQ(tree.size, size);
        EXPECT_TRUE(read(tree).value() == contents) << size;
    }
}

TEST_F(TreeTest, WritesNothingTwice) {
    Bytes contents(50 * kBlock);
    for (std::size_t i = 0; i < contents.size(); ++i)
        contents[i] = static_cast<std::uint8_t>(i >> 12U);
    written(contents);
    counts_ = {};
    contents[20 * kBlock + 5] ^= 1U;
    written(contents);
    EXPECT_EQ(counts_.blocks, 51U);     // one of them a node
    EXPECT_EQ(counts_.new_blocks, 2U);  // the block and the node
}

TEST_F(TreeTest, AnotherSizeIsRefused) {
    auto tree = written(Bytes(3 * kBlock + 5));
    for (std::uint64_t const size :
         {std::uint64_t{0}, tree.size - 1, tree.size + 1, tree.size * 4096, std::uint64_t{kBlock},
          limits::kBackupFileBytes + 1}) {
        EXPECT_FALSE(read({.size = size, .root = tree.root})) << size;
    }
}

TEST_F(TreeTest, VisitsEveryBlockOnceForEachPlace) {
    Bytes contents(5 * kBlock);
    contents[0] = 1;
    auto const tree = written(contents);
    std::set<BlockName> seen;
    ASSERT_TRUE(visit_tree(*repository_, tree, [&](BlockName const& name) { seen.insert(name); }));
    EXPECT_EQ(seen.size(), 3U);  // the first block, one of zeros, the node
    EXPECT_EQ(repository_->remove_all_but(seen).value().blocks, 0U);
    seen.erase(tree.root);
    EXPECT_EQ(repository_->remove_all_but(seen).value().blocks, 1U);
    EXPECT_EQ(read(tree).error().code, Errc::not_found);
}

}  // namespace
}  // namespace salus::backup
