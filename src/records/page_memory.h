// Memory for opened pages of the index: half a megabyte for 5,000 entries, kept for minutes. Taken
// from the allocator such a page costs a fault for each 4 KiB of it, which is most of what opening
// it takes; here several share a huge page of the system, with one fault. Where the system has no
// huge pages it is memory like any other.
#pragma once

#include <atomic>
#include <memory>

#include "foundation/bytes.h"
#include "foundation/limits.h"

namespace salus::records {

// Owns its part of the memory. What it holds is scrubbed when it goes. Thread safety: as any value;
// it may die on any thread, and after the PageMemory that it came from.
class PageBuffer {
public:
    PageBuffer() = default;
    PageBuffer(PageBuffer&& other) noexcept;
    PageBuffer& operator=(PageBuffer&& other) noexcept;
    PageBuffer(PageBuffer const&) = delete;
    PageBuffer& operator=(PageBuffer const&) = delete;
    ~PageBuffer();

    [[nodiscard]] bool empty() const noexcept { return part_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return part_.size(); }
    [[nodiscard]] BytesView bytes() const noexcept { return part_; }
    [[nodiscard]] std::span<std::uint8_t> mutable_bytes() noexcept { return part_; }

private:
    friend class PageMemory;
    PageBuffer(std::shared_ptr<void> memory, std::span<std::uint8_t> part)
        : memory_(std::move(memory)), part_(part) {}

    std::shared_ptr<void> memory_;
    std::span<std::uint8_t> part_;  // of it
};

// Belongs to one thread.
class PageMemory {
public:
    // Huge pages that are held at once, in bytes. A part that is in use holds the whole page, so
    // there is a bound; what is wanted beyond it comes from the allocator.
    explicit PageMemory(std::size_t huge_max = 64 * limits::kMiB);
    PageMemory(PageMemory const&) = delete;
    PageMemory& operator=(PageMemory const&) = delete;

    // So many bytes, with whatever in them.
    [[nodiscard]] PageBuffer take(std::size_t size);
    // Bytes that are held in huge pages, of this and of what it gave out.
    [[nodiscard]] std::size_t huge() const noexcept { return *huge_; }

private:
    [[nodiscard]] static PageBuffer alone(std::size_t size);
    [[nodiscard]] std::shared_ptr<std::uint8_t> map(std::size_t wanted) const;

    std::size_t const huge_max_;
    // Counted down by whichever thread gives the last part of a huge page back.
    std::shared_ptr<std::atomic<std::size_t>> huge_;
    std::shared_ptr<std::uint8_t> block_;  // one huge page, that parts are cut from
    std::size_t left_ = 0;                 // of it
};

}  // namespace salus::records
