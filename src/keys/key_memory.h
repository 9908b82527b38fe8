// KeyMemory: where keys that live long are kept (KEY-5): fixed slots of 32 bytes in memory that is
// locked (mlock: never swapped), left out of core dumps (MADV_DONTDUMP), zero in a forked child
// (MADV_WIPEONFORK) and fenced by unreadable guard pages. A freed slot is scrubbed at once.
// Grows by regions of 64 KiB; RLIMIT_MEMLOCK bounds what can be locked, and is_locked() tells.
// Thread safety: any thread. A Slot is a value with one owner.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/thread_annotations.h"

namespace salus::keys {

inline constexpr std::size_t kKeyBytes = 32;

class KeyMemory {
public:
    explicit KeyMemory(std::size_t slots_max);
    // REQUIRES: every slot is gone.
    ~KeyMemory();
    KeyMemory(KeyMemory const&) = delete;
    KeyMemory& operator=(KeyMemory const&) = delete;

    // Owns one key in the memory, which outlives it.
    class Slot {
    public:
        Slot(Slot&& other) noexcept;
        Slot& operator=(Slot&& other) noexcept;
        Slot(Slot const&) = delete;
        Slot& operator=(Slot const&) = delete;
        ~Slot();
        // A copy for the use at hand. Ends the process in a forked child, whose keys are zeros.
        [[nodiscard]] SecretBytes copy() const;

    private:
        friend class KeyMemory;
        Slot(KeyMemory& memory, std::size_t index, std::uint8_t* bytes)
            : memory_(&memory), index_(index), bytes_(bytes) {}
        KeyMemory* memory_;
        std::size_t index_;
        std::uint8_t* bytes_;  // null when moved from
    };

    // REQUIRES: key.size() == kKeyBytes. Errc::unavailable when every slot is taken or the system
    // has no memory.
    [[nodiscard]] Result<Slot> store(BytesView key);

    // Whether every region is locked: the kernel's answer to mlock. True while there is no region.
    [[nodiscard]] bool is_locked() const;
    [[nodiscard]] std::size_t slots_in_use() const;

private:
    class Region;
    [[nodiscard]] Result<void> grow() SALUS_REQUIRES(mutex_);
    void release(std::size_t index) noexcept;
    [[nodiscard]] std::uint8_t* slot_bytes(std::size_t index) const SALUS_REQUIRES(mutex_);

    std::size_t const slots_max_;
    mutable Mutex mutex_;
    std::vector<std::unique_ptr<Region>> regions_ SALUS_GUARDED_BY(mutex_);
    std::vector<std::uint32_t> free_ SALUS_GUARDED_BY(mutex_);
    std::size_t in_use_ SALUS_GUARDED_BY(mutex_) = 0;
    bool all_locked_ SALUS_GUARDED_BY(mutex_) = true;
};

}  // namespace salus::keys
