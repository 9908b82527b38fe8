// A file as a tree of blocks (docs/formats/backup.md, "Tree"): blocks of 64 KiB, and above them
// nodes that are blocks too and hold the names of up to 2,048 below. So a file is named by one
// hash, a manifest stays small, and what did not change is not written again, nodes included.
// Thread safety: one thread at a time. Errors: the repository's.
#pragma once

#include <functional>
#include <vector>

#include "backup/repository.h"

namespace salus::backup {

struct FileTree {
    std::uint64_t size = 0;  // bytes of the file
    BlockName root{};        // SHA-256 of nothing for an empty file, which has no block
};

struct BlockCounts {
    std::uint64_t blocks = 0;  // of the files, nodes included
    std::uint64_t bytes = 0;
    std::uint64_t new_blocks = 0;  // of these, what the repository did not have
    std::uint64_t new_bytes = 0;
};

class TreeWriter {
public:
    // Borrows both.
    TreeWriter(Repository& repository, BlockCounts& counts)
        : repository_(repository), counts_(counts) {}
    // In order. REQUIRES: every block but the last has limits::kBackupBlockBytes.
    Result<void> add(BytesView block);
    // REQUIRES: called once, last.
    Result<FileTree> finish();

private:
    Result<BlockName> put(BytesView block);
    Result<void> add_name(std::size_t level, BlockName const& name);
    Result<void> close_node(std::size_t level);

    Repository& repository_;
    BlockCounts& counts_;
    std::uint64_t size_ = 0;
    std::vector<Bytes> levels_;  // names that are not in a node yet
};

// Hands on the file's blocks in order, each as it was. Errc::corrupt also when the tree is not one
// of this size.
Result<void> read_tree(Repository const& repository, FileTree const& tree,
                       std::function<Result<void>(BytesView)> const& receive);
// Every block of the tree. Reads the nodes and no block of the file.
Result<void> visit_tree(Repository const& repository, FileTree const& tree,
                        std::function<void(BlockName const&)> const& visit);

}  // namespace salus::backup
