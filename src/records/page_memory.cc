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
    bool const fits = size >= kSmallestShare && (share <= block_size_ - used_ || map(share));
    if (!fits) {
        // Shared as the parts of a block are.
        auto const alone = std::make_shared_for_overwrite<std::uint8_t[]>(size);
        return {alone, std::span(alone.get(), size)};
    }
    auto* const begin = block_.get() + used_;
    used_ += share;
    return {block_, std::span(begin, size)};
}

// False if there may be no more, or the system has none. The kernel gives zeros.
bool PageMemory::map(std::size_t size) {
    auto const wanted = round_up(size, kHugePage);
    if (wanted > huge_max_ || *huge_ > huge_max_ - wanted) return false;
    // With room to begin where a huge page does; what is left over is never touched.
    auto const whole = wanted + kHugePage;
    void* const start = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return false;
    void* begin = start;
    std::size_t room = whole;
    std::align(kHugePage, wanted, begin, room);
    // A kernel without either does as well: with more faults, and the process is not dumped anyway.
    static_cast<void>(::madvise(begin, wanted, MADV_HUGEPAGE));
    static_cast<void>(::madvise(begin, wanted, MADV_DONTDUMP));
    *huge_ += wanted;
    block_ = std::shared_ptr<std::uint8_t>(static_cast<std::uint8_t*>(begin),
                                           [start, whole, wanted, huge = huge_](std::uint8_t*) {
                                               ::munmap(start, whole);
                                               *huge -= wanted;
                                           });
    used_ = 0;
    block_size_ = wanted;
    return true;
}

}  // namespace salus::records
