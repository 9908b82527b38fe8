// The Merkle tree of RFC 6962 section 2.1, as far as an appender needs it: a compact range, which
// is the roots of the complete subtrees that make up the tree, from the widest to the narrowest.
// Values; an object belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "crypto/hash.h"

namespace salus::audit {

// SHA-256(0x00 || leaf)
[[nodiscard]] crypto::Sha256Digest leaf_hash(BytesView leaf);
// SHA-256(0x01 || left || right)
[[nodiscard]] crypto::Sha256Digest node_hash(crypto::Sha256Digest const& left,
                                             crypto::Sha256Digest const& right);

class CompactRange {
public:
    CompactRange() = default;
    // Nothing unless there is one subtree for each bit that is set in `size`.
    static std::optional<CompactRange> from(std::uint64_t size,
                                            std::span<crypto::Sha256Digest const> subtrees);

    // Amortized one node hash.
    void append(crypto::Sha256Digest const& leaf);
    // The tree head; SHA-256 of nothing for the empty tree. At most 63 node hashes.
    [[nodiscard]] crypto::Sha256Digest root() const;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<crypto::Sha256Digest const> subtrees() const noexcept {
        return std::span(subtrees_).first(count_);
    }
    friend bool operator==(CompactRange const& a, CompactRange const& b) noexcept;

private:
    std::uint64_t size_ = 0;
    std::size_t count_ = 0;
    std::array<crypto::Sha256Digest, 64> subtrees_{};
};

}  // namespace salus::audit
