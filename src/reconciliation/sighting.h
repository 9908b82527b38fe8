// One place where a version of a document was seen: as a row of the store, or in a leaf of an audit
// log. A value of fixed size, so that millions of them are sorted through a file.
#pragma once

#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>

#include "crypto/hash.h"
#include "foundation/strong_id.h"

namespace salus::reconciliation {

enum class Seen : std::uint8_t {
    written,    // a leaf says that it was written, and that this was done before the rows were read
    attempted,  // a leaf says that it was to be written; whether a row shows it yet is open
    row,
};

struct Sighting {
    static constexpr auto kNoLeaf = std::numeric_limits<std::uint64_t>::max();

    Address address;
    std::uint64_t version = 0;
    std::uint64_t leaf = kNoLeaf;  // index of the intent
    CompartmentId compartment;     // of a leaf: a patient's, or zeros
    crypto::Sha256Digest digest{};
    std::uint32_t type = 0;  // of a leaf: WrittenVersions::type_name()
    std::uint16_t log = 0;   // of a leaf: which
    Seen seen = Seen::row;

    // By place; of one place the leaves in their order, then the row.
    friend bool operator<(Sighting const& a, Sighting const& b) noexcept {
        return std::tie(a.address, a.version, a.leaf) < std::tie(b.address, b.version, b.leaf);
    }
};
static_assert(std::is_trivially_copyable_v<Sighting>);

}  // namespace salus::reconciliation
