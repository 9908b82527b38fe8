// The part of a log that was removed from its front because its retention had ended (AUD-6): what
// the leaf says that records the removal, and the file `pruned` that points to that leaf
// (docs/formats/audit-log.md, "Pruning"). Without such a leaf, a log that does not begin with its
// first segment is damaged. Values, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::audit {

struct PrunedPrefix {
    std::uint64_t segment = 1;        // number of the first one that is left
    std::uint64_t first = 0;          // index of its first leaf
    crypto::Sha256Digest root{};      // tree head over the leaves before it
    crypto::Sha256Digest versions{};  // of the file that says what these leaves wrote

    [[nodiscard]] bool is_empty() const noexcept { return segment == 1; }
    friend bool operator==(PrunedPrefix const&, PrunedPrefix const&) = default;
};

// Canonical JSON: the member `pruned` of the leaf.
[[nodiscard]] std::string to_text(PrunedPrefix const& prefix);
// Whether this leaf records the removal of exactly this prefix.
[[nodiscard]] bool tells_of(std::string_view leaf, PrunedPrefix const& prefix);

// What the file `pruned` says. An empty prefix: there is no such file, the log is whole.
struct Pruning {
    PrunedPrefix prefix;
    std::uint64_t leaf = 0;  // index of the leaf that records it
};
// Errc::corrupt. That the leaf says so, whoever reads leaves finds out.
[[nodiscard]] Result<Pruning> read_pruning(std::filesystem::path const& directory);
[[nodiscard]] Result<void> write_pruning(std::filesystem::path const& directory,
                                         Pruning const& pruning);
// The file with what the leaves before this segment wrote to the store.
[[nodiscard]] std::filesystem::path versions_file(std::filesystem::path const& directory,
                                                  std::uint64_t segment);

}  // namespace salus::audit
