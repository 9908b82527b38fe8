// Where an evaluation keeps what it makes: a stack of items, and text and quantities that items
// point to. Reused from one evaluation to the next. Private to the engine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/item.h"
#include "foundation/limits.h"
#include "foundation/secret.h"

namespace salus::fhir::fhirpath {

// Bytes that live until the next reset(), which scrubs them: they may be parts of ePHI.
class Arena {
public:
    Arena() = default;
    Arena(Arena const&) = delete;
    Arena& operator=(Arena const&) = delete;
    ~Arena() { reset(); }

    // nullptr: beyond the bound.
    [[nodiscard]] void* allocate(std::size_t size);
    void reset() noexcept;

private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size;
        std::size_t used;
    };
    static constexpr std::size_t kAlignment = 16;
    static constexpr std::size_t kChunkBytes = 16 * limits::kKiB;

    std::vector<Chunk> chunks_;
    std::size_t total_ = 0;
};

// A bounded stack. References to items die with the next push.
class ItemStack {
public:
    ItemStack() { items_.resize(kFirstItems); }
    ItemStack(ItemStack const&) = delete;
    ItemStack& operator=(ItemStack const&) = delete;
    ~ItemStack() { scrub_all(); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] Item& operator[](std::size_t at) noexcept { return items_[at]; }
    // false: beyond the bound.
    [[nodiscard]] bool push(Item const& item) {
        if (size_ == items_.size() && !grow()) return false;
        items_[size_++] = item;
        return true;
    }
    void truncate(std::size_t size) noexcept { size_ = size; }
    // Removes [first, last); what is above moves down.
    void remove(std::size_t first, std::size_t last) noexcept {
        if (first == last) return;
        std::move(items_.begin() + static_cast<std::ptrdiff_t>(last),
                  items_.begin() + static_cast<std::ptrdiff_t>(size_),
                  items_.begin() + static_cast<std::ptrdiff_t>(first));
        size_ -= last - first;
    }
    [[nodiscard]] std::span<Item const> from(std::size_t first) const noexcept {
        return std::span(items_).subspan(first, size_ - first);
    }

private:
    static constexpr std::size_t kFirstItems = 64;
    [[nodiscard]] bool grow();
    void scrub_all() noexcept;

    std::vector<Item> items_;
    std::size_t size_ = 0;
};

}  // namespace salus::fhir::fhirpath
