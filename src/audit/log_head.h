// What the parent log says of the other logs of its instance: the heads of their trees, as they
// were signed (docs/formats/audit-log.md, "Parent log"). Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::audit {

// Where a tenant's name stands in directories and origins. No tenant can have it: names of tenants
// have no underscore.
inline constexpr std::string_view kParentLogName = "_parent";

struct LogHead {
    std::string origin;
    std::uint64_t size = 0;
    crypto::Sha256Digest root{};
    crypto::Sha256Digest note{};  // SHA-256 of the signed note, without signatures of others
    friend bool operator==(LogHead const&, LogHead const&) = default;
};
// That fit into one leaf, however long their origins are.
inline constexpr std::size_t kLogHeadsInLeaf = 128;

struct Statement {
    std::vector<LogHead> heads;
    // All logs that the parent knows are named from this leaf on: who reads from here on knows the
    // last head of each.
    bool begins_full = false;
};

// The member `logs` of the leaf, canonical JSON. Nothing: an origin or a size that no leaf can
// hold.
[[nodiscard]] std::optional<std::string> to_text(std::span<LogHead const> heads);
// Nothing: the leaf says something else. Errc::corrupt: it is one that no parent log writes.
[[nodiscard]] Result<std::optional<Statement>> statement_in(std::string_view leaf);

}  // namespace salus::audit
