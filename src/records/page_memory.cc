#include "records/page_memory.h"

#include <sys/mman.h>
#include <utility>

#include "foundation/limits.h"
#include "foundation/secret.h"

namespace salus::records {
namespace {

constexpr std::size_t kHugePage = 2 * limits::kMiB;
// Smaller ones would hold a huge page in too many hands.
constexpr std::size_t kSmallestShare = 128 * limits::kKiB;
constexpr std::size_t kLine = 64;  // of the processor's cache

constexpr std::size_t round_up(std::size_t size, std::size_t unit) {
    return (size + unit - 1) / unit * unit;
}

}  // namespace

PageBuffer::PageBuffer(PageBuffer&& other) noexcept
    : memory_(std::move(other.memory_)), part_(std::exchange(other.part_, {})) {}

PageBuffer& PageBuffer::operator=(PageBuffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(part_, other.part_);
    return *this;
}

PageBuffer::~PageBuffer() {
    scrub(mutable_bytes());
}

PageMemory::PageMemory(std::size_t huge_max)
    // Shared by the blocks, which may outlive this.
    : huge_max_(huge_max), huge_(std::make_shared<std::atomic<std::size_t>>(0)) {}

PageBuffer PageMemory::take(std::size_t size) {
    auto const share = round_up(size, kLine);
    if (size < kSmallestShare) return alone(size);
    if (share > kHugePage) {
        // Nobody else's, so that nothing holds it when it is done with.
        auto const own = map(round_up(share, kHugePage));
        return own ? PageBuffer(own, {own.get(), size}) : alone(size);
    }
    if (share > left_) {
        auto fresh = map(kHugePage);
        if (!fresh) return alone(size);
        block_ = std::move(fresh);
        left_ = kHugePage;
    }
    auto* const begin = block_.get() + (kHugePage - left_);
    left_ -= share;
    return {block_, std::span(begin, size)};
}

PageBuffer PageMemory::alone(std::size_t size) {
    // Shared as the parts of a block are.
    auto const memory = std::make_shared_for_overwrite<std::uint8_t[]>(size);
    return {memory, std::span(memory.get(), size)};
}

// Nothing if there may be no more, or the system has none. The kernel gives zeros.
std::shared_ptr<std::uint8_t> PageMemory::map(std::size_t wanted) const {
    if (wanted > huge_max_ || *huge_ > huge_max_ - wanted) return nullptr;
    // With room to begin where a huge page does; what is left over is never touched.
    auto const whole = wanted + kHugePage;
    void* const start = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return nullptr;
    void* begin = start;
    std::size_t room = whole;
    std::align(kHugePage, wanted, begin, room);
    // A kernel without either does as well: with more faults, and the process is not dumped anyway.
    static_cast<void>(::madvise(begin, wanted, MADV_HUGEPAGE));
    static_cast<void>(::madvise(begin, wanted, MADV_DONTDUMP));
    *huge_ += wanted;
    return {static_cast<std::uint8_t*>(begin), [start, whole, wanted, huge = huge_](std::uint8_t*) {
                ::munmap(start, whole);
                *huge -= wanted;
            }};
}

}  // namespace salus::records
