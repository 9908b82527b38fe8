#include "backup/tree.h"

#include <algorithm>

#include "foundation/backup_limits.h"
#include "foundation/check.h"

namespace salus::backup {
namespace {

constexpr std::size_t kBlockNameBytes = sizeof(BlockName);
constexpr std::uint64_t kFanOut = limits::kBackupBlockBytes / kBlockNameBytes;

std::uint64_t rounded_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit;
}

BlockName name_at(BytesView node, std::size_t position) {
    BlockName name{};
    std::ranges::copy(node.subspan(position * kBlockNameBytes, kBlockNameBytes), name.begin());
    return name;
}

enum class Walk { files, nodes };

class Reader {
public:
    Reader(Repository const& repository, Walk walk,
           std::function<Result<void>(BlockName const&, BytesView)> const& receive)
        : repository_(repository), walk_(walk), receive_(receive) {}

    Result<void> read(FileTree const& tree) {
        if (tree.size > limits::kBackupFileBytes) {
            return fail(Errc::too_large, "a file of the backup is too large");
        }
        if (tree.size == 0) {
            if (tree.root == crypto::sha256(BytesView{})) return {};
            return fail(Errc::corrupt, "a file of the backup is not what its manifest says");
        }
        std::uint64_t span = limits::kBackupBlockBytes;  // bytes of the file below the root
        while (span < tree.size) span *= kFanOut;
        return read_below(tree.root, span, tree.size);
    }

private:
    // `span`: what a full block or node of this height holds of the file; `size`: what this does.
    Result<void> read_below(BlockName const& name, std::uint64_t span, std::uint64_t size) {
        bool const leaf = span == limits::kBackupBlockBytes;
        if (leaf && walk_ == Walk::nodes) return receive_(name, {});
        SALUS_TRY(auto const block, repository_.get(name));
        auto const child_span = span / kFanOut;
        auto const expected = leaf ? size : rounded_up(size, child_span) * kBlockNameBytes;
        if (block.size() != expected) {
            return fail(Errc::corrupt, "a file of the backup is not what its manifest says");
        }
        if (leaf || walk_ == Walk::nodes) SALUS_TRY_VOID(receive_(name, block));
        for (std::size_t i = 0; !leaf && i * kBlockNameBytes < block.size(); ++i) {
            auto const left = size - i * child_span;
            SALUS_TRY_VOID(read_below(name_at(block, i), child_span, std::min(left, child_span)));
        }
        return {};
    }

    Repository const& repository_;
    Walk walk_;
    std::function<Result<void>(BlockName const&, BytesView)> const& receive_;
};

}  // namespace

Result<BlockName> TreeWriter::put(BytesView block) {
    auto const name = crypto::sha256(block);
    SALUS_TRY(auto const put, repository_.put(name, block));
    ++counts_.blocks;
    counts_.bytes += block.size();
    if (put == Repository::Put::written) {
        ++counts_.new_blocks;
        counts_.new_bytes += block.size();
    }
    return name;
}

Result<void> TreeWriter::add(BytesView block) {
    SALUS_CHECK(size_ % limits::kBackupBlockBytes == 0);
    SALUS_TRY(auto const name, put(block));
    size_ += block.size();
    return add_name(0, name);
}

Result<void> TreeWriter::add_name(std::size_t level, BlockName const& name) {
    if (levels_.size() == level) levels_.emplace_back();
    append(levels_[level], name);
    return levels_[level].size() < limits::kBackupBlockBytes ? Result<void>() : close_node(level);
}

Result<void> TreeWriter::close_node(std::size_t level) {
    auto const node = std::exchange(levels_[level], {});
    SALUS_TRY(auto const name, put(node));
    return add_name(level + 1, name);
}

Result<FileTree> TreeWriter::finish() {
    if (levels_.empty()) return FileTree{.size = 0, .root = crypto::sha256(BytesView{})};
    // The top level grows while the ones below it are closed.
    for (std::size_t level = 0;; ++level) {
        bool const top = level + 1 == levels_.size();
        if (top && levels_[level].size() == kBlockNameBytes) {
            return FileTree{.size = size_, .root = name_at(levels_[level], 0)};
        }
        if (!levels_[level].empty()) SALUS_TRY_VOID(close_node(level));
    }
}

Result<void> read_tree(Repository const& repository, FileTree const& tree,
                       std::function<Result<void>(BytesView)> const& receive) {
    return Reader(repository, Walk::files,
                  [&](BlockName const&, BytesView block) { return receive(block); })
        .read(tree);
}

Result<void> visit_tree(Repository const& repository, FileTree const& tree,
                        std::function<void(BlockName const&)> const& visit) {
    return Reader(repository, Walk::nodes,
                  [&](BlockName const& name, BytesView) {
                      visit(name);
                      return Result<void>();
                  })
        .read(tree);
}

}  // namespace salus::backup
