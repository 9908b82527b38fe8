// Inside the room: what a keyring and the rotation of its keys share. Belongs to the keyring.
// Thread safety: any thread; `rotation` is taken before `mutex`, and a cache's own lock after both
// or alone.
#pragma once

#include <array>
#include <atomic>

#include "foundation/limits.h"
#include "foundation/thread_annotations.h"
#include "keys/key_hierarchy.h"
#include "keys/versioned_key_cache.h"

namespace salus::keys {

class KeyringState {
public:
    KeyringState(TenantName name, std::filesystem::path keys_directory, KeyManagementService& kms,
                 Clock const& time, FaultPoints* fault_points)
        : tenant(std::move(name)),
          directory(std::move(keys_directory)),
          service(kms),
          clock(time),
          faults(fault_points),
          memory(kSlots),
          purposes(memory, clock, limits::kShardKeyCacheTime, kPurposeKeysCached) {
        for (auto& part : parts) {
            part = std::make_unique<VersionedKeyCache<CompartmentId>>(
                memory, clock, limits::kDataKeyCacheTime, kEntriesPerPart);
        }
    }

    // The id's first byte chooses the shard, so another one spreads the locks.
    [[nodiscard]] VersionedKeyCache<CompartmentId>& part_of(
        CompartmentId const& compartment) const {
        return *parts[compartment.bytes()[15] % kCacheParts];
    }

    static constexpr std::size_t kCacheParts = 16;  // each with a lock of its own
    static constexpr std::size_t kEntriesPerPart = limits::kDataKeyCacheEntries / kCacheParts;
    // Data keys, shard keys of some epochs, purpose keys.
    static constexpr std::size_t kSlots = limits::kDataKeyCacheEntries + 2'048;
    static constexpr std::size_t kPurposeKeysCached = 64;

    TenantName const tenant;
    std::filesystem::path const directory;
    KeyManagementService& service;
    Clock const& clock;
    FaultPoints* const faults;
    KeyMemory memory;
    std::array<std::unique_ptr<VersionedKeyCache<CompartmentId>>, kCacheParts> parts;
    VersionedKeyCache<Purpose> purposes;
    std::atomic<std::uint64_t> purpose_changes = 0;

    // One step of rotation, or one refresh of shard keys, at a time: a refresh must not bring back
    // a key that a step destroys meanwhile. Held while the KMS is waited for.
    Mutex rotation;
    // Held while keys are read from the key store; never while a KMS that may block is.
    Mutex mutex;
    std::unique_ptr<KeyHierarchy> hierarchy SALUS_GUARDED_BY(mutex);
};

}  // namespace salus::keys
