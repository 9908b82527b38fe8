// What the leaves that are to be pruned say about the store, kept in a file beside the log, so that
// the comparison of store and log goes on without them (docs/formats/audit-log.md, "Writes of
// pruned leaves"). For each version whose last write is among them: type, place, patient and hash
// as the leaf had them. The leaf of the pruning has the file's hash, so the file is no less than
// the leaves were.
#pragma once

#include <filesystem>
#include <functional>

#include "audit/pruned_prefix.h"
#include "reconciliation/sighting.h"

namespace salus::reconciliation {

struct PrunedWrite {
    Sighting sighting;      // its type says nothing here
    std::string_view type;  // borrowed for the call
};

// Reads and verifies the whole log, and writes the file for a pruning that leaves `segment` first,
// whose first leaf is `first`; its hash. Of patients whose erasure is done, and of documents that
// vanish by themselves, nothing is kept. `scratch` as of reconcile(). Errc::corrupt: the log is not
// whole; Errc::unavailable: the disk.
[[nodiscard]] Result<crypto::Sha256Digest> write_pruned_writes(
    std::filesystem::path const& log, std::uint64_t segment, std::uint64_t first,
    std::filesystem::path const& scratch);

// Each write of what was pruned; none, of a log that is whole. Errc::corrupt: the file is not the
// one that was recorded; then what was received is not to be used.
[[nodiscard]] Result<void> read_pruned_writes(
    std::filesystem::path const& log,
    std::function<Result<void>(PrunedWrite const&)> const& receive);

}  // namespace salus::reconciliation
