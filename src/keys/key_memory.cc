#include "keys/key_memory.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

constexpr std::size_t kRegionBytes = 64 * limits::kKiB;
// The first slot of a region holds no key but a mark, by which a forked child is recognised.
constexpr std::size_t kSlotsPerRegion = kRegionBytes / kKeyBytes - 1;
constexpr std::uint8_t kMark = 0xA5;

}  // namespace

// Guard page, keys, guard page.
class KeyMemory::Region {
public:
    static std::unique_ptr<Region> map() {
        auto const guard = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        auto const size = kRegionBytes + 2 * guard;
        void* const start =
            ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED) return nullptr;
        auto region = std::unique_ptr<Region>(
            new Region(start, size, static_cast<std::uint8_t*>(start) + guard));
        auto* const keys = region->keys_;
        // Without these three a key could reach a core dump or a child: such memory is not used.
        if (::mprotect(keys, kRegionBytes, PROT_READ | PROT_WRITE) != 0 ||
            ::madvise(keys, kRegionBytes, MADV_DONTDUMP) != 0 ||
            ::madvise(keys, kRegionBytes, MADV_WIPEONFORK) != 0) {
            return nullptr;
        }
        // Not mlock(): the sanitizers replace it by nothing, and is_locked() would not be true.
        region->locked_ = ::mlock2(keys, kRegionBytes, 0) == 0;
        *keys = kMark;
        return region;
    }
    ~Region() {
        if (keys_ == nullptr) return;
        ::munmap(start_, size_);
    }
    Region(Region const&) = delete;
    Region& operator=(Region const&) = delete;

    [[nodiscard]] bool is_locked() const noexcept { return locked_; }
    [[nodiscard]] std::uint8_t* slot(std::size_t index) const noexcept {
        return keys_ + (index + 1) * kKeyBytes;
    }
    // The mark of the region that holds this slot.
    static bool has_mark(std::uint8_t const* slot, std::size_t index) noexcept {
        return *(slot - (index + 1) * kKeyBytes) == kMark;
    }

private:
    Region(void* start, std::size_t size, std::uint8_t* keys)
        : start_(start), size_(size), keys_(keys) {}
    void* start_;
    std::size_t size_;
    std::uint8_t* keys_;
    bool locked_ = false;
};

KeyMemory::KeyMemory(std::size_t slots_max) : slots_max_(slots_max) {}

KeyMemory::~KeyMemory() {
    SALUS_CHECK(slots_in_use() == 0);
}

Result<KeyMemory::Slot> KeyMemory::store(BytesView key) {
    SALUS_CHECK(key.size() == kKeyBytes);
    MutexLock const lock(mutex_);
    if (in_use_ == slots_max_) return fail(Errc::unavailable, "the key memory is full");
    if (free_.empty()) SALUS_TRY_VOID(grow());
    auto const index = free_.back();
    free_.pop_back();
    ++in_use_;
    auto* const bytes = slot_bytes(index);
    std::memcpy(bytes, key.data(), kKeyBytes);
    return Slot(*this, index, bytes);
}

Result<void> KeyMemory::grow() {
    auto region = Region::map();
    if (!region) return fail(Errc::unavailable, "no memory for keys");
    all_locked_ = all_locked_ && region->is_locked();
    regions_.push_back(std::move(region));
    auto const first = (regions_.size() - 1) * kSlotsPerRegion;
    // Every slot's place in the list is reserved, so that giving one back cannot fail.
    free_.reserve(regions_.size() * kSlotsPerRegion);
    for (auto i = kSlotsPerRegion; i > 0; --i) {
        free_.push_back(static_cast<std::uint32_t>(first + i - 1));
    }
    return {};
}

std::uint8_t* KeyMemory::slot_bytes(std::size_t index) const {
    return regions_[index / kSlotsPerRegion]->slot(index % kSlotsPerRegion);
}

void KeyMemory::release(std::size_t index) noexcept {
    MutexLock const lock(mutex_);
    scrub({slot_bytes(index), kKeyBytes});
    free_.push_back(static_cast<std::uint32_t>(index));
    --in_use_;
}

bool KeyMemory::is_locked() const {
    MutexLock const lock(mutex_);
    return all_locked_;
}

std::size_t KeyMemory::slots_in_use() const {
    MutexLock const lock(mutex_);
    return in_use_;
}

KeyMemory::Slot::Slot(Slot&& other) noexcept
    : memory_(other.memory_), index_(other.index_), bytes_(std::exchange(other.bytes_, nullptr)) {}

KeyMemory::Slot& KeyMemory::Slot::operator=(Slot&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(index_, other.index_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

KeyMemory::Slot::~Slot() {
    if (bytes_ != nullptr) memory_->release(index_);
}

SecretBytes KeyMemory::Slot::copy() const {
    SALUS_CHECK(bytes_ != nullptr);
    SALUS_CHECK(Region::has_mark(bytes_, index_ % kSlotsPerRegion));
    return SecretBytes(BytesView(bytes_, kKeyBytes));
}

}  // namespace salus::keys
