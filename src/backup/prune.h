// Removes the oldest backups of a repository and the blocks that only they used. A manifest goes
// before its blocks, so a crash between leaves blocks that nobody uses, and the next call removes
// them. Every manifest that stays is read first: a damaged one removes nothing.
#pragma once

#include "backup/repository.h"

namespace salus::backup {

struct Pruned {
    std::uint64_t backups = 0;
    std::uint64_t kept = 0;
    Repository::Removed removed;
};

// REQUIRES: keep > 0: the last one is never removed. Errors of the repository and of manifests.
[[nodiscard]] Result<Pruned> prune(Repository& repository, std::size_t keep);

}  // namespace salus::backup
