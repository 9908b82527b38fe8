// Inside the room: keys by owner (a compartment, a purpose) and version, and which version of an
// owner seals, each for the time of a KeyCache. Thread safety: any thread.
#pragma once

#include <unordered_map>

#include "foundation/thread_annotations.h"
#include "keys/key_cache.h"
#include "keys/keyring.h"

namespace salus::keys {

template <class Owner>
class VersionedKeyCache {
public:
    // As KeyCache.
    VersionedKeyCache(KeyMemory& memory, Clock const& clock, std::chrono::nanoseconds life,
                      std::size_t entries_max)
        : entries_max_(entries_max), keys_(memory, clock, life, entries_max) {}

    std::optional<SecretBytes> find(Owner const& owner, std::uint32_t version) {
        MutexLock const lock(mutex_);
        return find_counted({.owner = owner, .version = version});
    }
    std::optional<DataKey> find_for_writing(Owner const& owner) {
        MutexLock const lock(mutex_);
        auto const sealing = sealing_.find(owner);
        if (sealing == sealing_.end()) {
            ++misses_;
            return std::nullopt;
        }
        auto key = find_counted({.owner = owner, .version = sealing->second});
        if (!key) {
            sealing_.erase(sealing);
            return std::nullopt;
        }
        return DataKey{.version = sealing->second, .key = *std::move(key)};
    }
    void insert(Owner const& owner, std::uint32_t version, SecretBytes const& key) {
        MutexLock const lock(mutex_);
        keys_.insert({.owner = owner, .version = version}, key);
    }
    void insert_for_writing(Owner const& owner, DataKey const& key) {
        MutexLock const lock(mutex_);
        keys_.insert({.owner = owner, .version = key.version}, key.key);
        // Entries of forgotten keys add up here; dropping any entry costs only a miss.
        if (sealing_.size() >= entries_max_) sealing_.erase(sealing_.begin());
        sealing_.insert_or_assign(owner, key.version);
    }
    void forget(Owner const& owner, std::uint32_t version) {
        MutexLock const lock(mutex_);
        keys_.forget({.owner = owner, .version = version});
    }
    // The next find_for_writing() is a miss.
    void forget_sealing(Owner const& owner) {
        MutexLock const lock(mutex_);
        sealing_.erase(owner);
    }
    void forget_expired() {
        MutexLock const lock(mutex_);
        keys_.forget_expired();
    }
    void add_to(KeyringStatistics& statistics) const {
        MutexLock const lock(mutex_);
        statistics.cached += keys_.size();
        statistics.cache_hits += hits_;
        statistics.cache_misses += misses_;
    }

private:
    struct Name {
        Owner owner;
        std::uint32_t version = 0;
        friend bool operator==(Name const&, Name const&) = default;
    };
    struct NameHash {
        std::size_t operator()(Name const& name) const noexcept {
            return std::hash<Owner>{}(name.owner) ^ name.version;
        }
    };

    std::optional<SecretBytes> find_counted(Name const& name) SALUS_REQUIRES(mutex_) {
        auto key = keys_.find(name);
        ++(key ? hits_ : misses_);
        return key;
    }

    std::size_t const entries_max_;
    mutable Mutex mutex_;
    KeyCache<Name, NameHash> keys_ SALUS_GUARDED_BY(mutex_);
    std::unordered_map<Owner, std::uint32_t> sealing_ SALUS_GUARDED_BY(mutex_);
    std::uint64_t hits_ SALUS_GUARDED_BY(mutex_) = 0;
    std::uint64_t misses_ SALUS_GUARDED_BY(mutex_) = 0;
};

}  // namespace salus::keys
