#include "backup/prune.h"

#include "backup/manifest.h"
#include "foundation/check.h"

namespace salus::backup {
namespace {

Result<std::set<BlockName>> blocks_of(Repository const& repository,
                                      std::span<std::uint64_t const> backups) {
    std::set<BlockName> used;
    for (auto const backup : backups) {
        SALUS_TRY(auto const bytes, repository.manifest(backup));
        SALUS_TRY(auto const opened, open_manifest(bytes, std::nullopt));
        for (auto const& file : opened.manifest.files) {
            SALUS_TRY_VOID(visit_tree(repository, file.tree,
                                      [&](BlockName const& name) { used.insert(name); }));
        }
    }
    return used;
}

}  // namespace

Result<Pruned> prune(Repository& repository, std::size_t keep) {
    SALUS_CHECK(keep > 0);
    SALUS_TRY(auto const lock, repository.lock());
    SALUS_TRY(auto const backups, repository.backups());
    auto const all = std::span(backups);
    auto const kept = all.last(std::min(keep, all.size()));
    SALUS_TRY(auto const used, blocks_of(repository, kept));
    Pruned pruned{.kept = kept.size()};
    for (auto const backup : all.first(all.size() - kept.size())) {
        SALUS_TRY_VOID(repository.remove_manifest(backup));
        ++pruned.backups;
    }
    SALUS_TRY(pruned.removed, repository.remove_all_but(used));
    return pruned;
}

}  // namespace salus::backup
