#include "fhir/fhirpath/memory.h"

#include <algorithm>

namespace salus::fhir::fhirpath {

void* Arena::allocate(std::size_t size) {
    // First of all: rounded up, a larger one would be a small number.
    if (size > limits::kFhirPathBytes) return nullptr;
    auto const wanted = (size + kAlignment - 1) / kAlignment * kAlignment;
    if (chunks_.empty() || chunks_.back().size - chunks_.back().used < wanted) {
        auto const chunk = std::max(wanted, kChunkBytes);
        if (total_ + chunk > limits::kFhirPathBytes) return nullptr;
        chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(chunk), chunk, 0});
        total_ += chunk;
    }
    auto& last = chunks_.back();
    auto* const place = last.bytes.get() + last.used;
    last.used += wanted;
    return place;
}

void Arena::reset() noexcept {
    for (auto& chunk : chunks_) {
        if (chunk.used == 0) continue;
        scrub(std::span(reinterpret_cast<std::uint8_t*>(chunk.bytes.get()), chunk.used));
        chunk.used = 0;
    }
    if (chunks_.size() > 1) {  // the first is kept
        chunks_.resize(1);
        total_ = chunks_.front().size;
    }
}

bool ItemStack::grow() {
    if (items_.size() >= limits::kFhirPathItems) return false;
    std::vector<Item> larger(std::min(items_.size() * 2, limits::kFhirPathItems));
    std::ranges::copy(items_, larger.begin());
    scrub_all();
    items_ = std::move(larger);
    return true;
}

void ItemStack::scrub_all() noexcept {
    scrub(std::span(reinterpret_cast<std::uint8_t*>(items_.data()), items_.size() * sizeof(Item)));
}

}  // namespace salus::fhir::fhirpath
