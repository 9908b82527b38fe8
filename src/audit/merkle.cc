#include "audit/merkle.h"

#include <algorithm>
#include <bit>

namespace salus::audit {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix{0x01};

}  // namespace

crypto::Sha256Digest leaf_hash(BytesView leaf) {
    return crypto::sha256({kLeafPrefix, leaf});
}

crypto::Sha256Digest node_hash(crypto::Sha256Digest const& left,
                               crypto::Sha256Digest const& right) {
    return crypto::sha256({kNodePrefix, left, right});
}

std::optional<CompactRange> CompactRange::from(std::uint64_t size,
                                               std::span<crypto::Sha256Digest const> subtrees) {
    if (subtrees.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
    CompactRange range;
    range.size_ = size;
    range.count_ = subtrees.size();
    std::ranges::copy(subtrees, range.subtrees_.begin());
    return range;
}

void CompactRange::append(crypto::Sha256Digest const& leaf) {
    auto node = leaf;
    // Each trailing one bit of the size is a complete subtree as wide as the node in hand.
    for (auto bits = size_; (bits & 1) != 0; bits >>= 1) {
        node = node_hash(subtrees_[--count_], node);
    }
    subtrees_[count_++] = node;
    ++size_;
}

crypto::Sha256Digest CompactRange::root() const {
    if (count_ == 0) return crypto::sha256(BytesView());
    auto node = subtrees_[count_ - 1];
    for (auto i = count_ - 1; i > 0; --i) node = node_hash(subtrees_[i - 1], node);
    return node;
}

bool operator==(CompactRange const& a, CompactRange const& b) noexcept {
    return a.size_ == b.size_ && std::ranges::equal(a.subtrees(), b.subtrees());
}

}  // namespace salus::audit
