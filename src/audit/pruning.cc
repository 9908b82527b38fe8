#include "audit/pruning.h"

#include <algorithm>

#include "audit/follower.h"
#include "audit/segment.h"
#include "foundation/file.h"

namespace salus::audit {
namespace {

Result<void> check_told(std::filesystem::path const& directory, Pruning const& pruning) {
    SALUS_TRY(auto follower, Follower::open(directory, pruning.leaf));
    bool told = false;
    SALUS_TRY_VOID(follower.advance(pruning.leaf + 1, [&](LeafView const& leaf) {
        told = told || (leaf.index == pruning.leaf && tells_of(leaf.json, pruning.prefix));
        return Result<void>();
    }));
    if (told) return {};
    return fail(Errc::corrupt, "no leaf records that the log's beginning was pruned");
}

}  // namespace

Result<RecordedPruning> RecordedPruning::find(std::filesystem::path const& directory) {
    SALUS_TRY(auto const pruning, read_pruning(directory));
    if (pruning.prefix.is_empty()) return fail(Errc::not_found, "nothing was pruned");
    SALUS_TRY_VOID(check_told(directory, pruning));
    return RecordedPruning(pruning.prefix);
}

Result<RecordedPruning> declare_pruned(std::filesystem::path const& directory, DuePrefix const& due,
                                       PrunedPrefix const& prefix, std::uint64_t leaf) {
    if (due.with(prefix.versions) != prefix) {
        return fail(Errc::internal, "what is due is not what was recorded");
    }
    Pruning const pruning{.prefix = prefix, .leaf = leaf};
    SALUS_TRY_VOID(check_told(directory, pruning));
    SALUS_TRY_VOID(write_pruning(directory, pruning));
    return RecordedPruning::find(directory);
}

Result<std::uint64_t> remove_pruned_segments(std::filesystem::path const& directory,
                                             RecordedPruning const& pruning) {
    auto const segment = pruning.prefix().segment;
    std::uint64_t removed = 0;
    std::error_code error;
    for (auto number = segment - 1; number > 0; --number) {
        auto const gone = std::filesystem::remove(directory / segment_name(number), error);
        if (error) return fail(Errc::unavailable, "a pruned segment cannot be removed");
        std::filesystem::remove(versions_file(directory, number), error);
        if (error) return fail(Errc::unavailable, "a pruned segment cannot be removed");
        removed += gone ? 1 : 0;
    }
    SALUS_TRY_VOID(sync_directory(directory));
    return removed;
}

}  // namespace salus::audit
