#include "keys/keyring.h"

#include <algorithm>
#include <array>

#include "foundation/limits.h"
#include "foundation/thread_annotations.h"
#include "keys/key_cache.h"
#include "keys/key_hierarchy.h"

namespace salus::keys {
namespace {

constexpr std::size_t kCacheParts = 16;  // each with a lock of its own
constexpr std::size_t kEntriesPerPart = limits::kDataKeyCacheEntries / kCacheParts;
// Data keys, shard keys of some epochs, purpose keys.
constexpr std::size_t kSlots = limits::kDataKeyCacheEntries + 2'048;
constexpr std::size_t kPurposeKeys = 16;

struct DataKeyName {
    CompartmentId compartment;
    std::uint32_t version = 0;
    friend bool operator==(DataKeyName const&, DataKeyName const&) = default;
};
struct DataKeyNameHash {
    std::size_t operator()(DataKeyName const& name) const noexcept {
        return std::hash<CompartmentId>{}(name.compartment) ^ name.version;
    }
};

// One part of the cache of data keys: the keys, and which version of a compartment seals.
class DataKeyCache {
public:
    DataKeyCache(KeyMemory& memory, Clock const& clock)
        : keys_(memory, clock, limits::kDataKeyCacheTime, kEntriesPerPart) {}

    std::optional<SecretBytes> find(DataKeyName const& name) {
        MutexLock const lock(mutex_);
        return find_counted(name);
    }
    std::optional<DataKey> find_for_writing(CompartmentId const& compartment) {
        MutexLock const lock(mutex_);
        auto const sealing = sealing_.find(compartment);
        if (sealing == sealing_.end()) {
            ++misses_;
            return std::nullopt;
        }
        auto key = find_counted({.compartment = compartment, .version = sealing->second});
        if (!key) {
            sealing_.erase(sealing);
            return std::nullopt;
        }
        return DataKey{.version = sealing->second, .key = *std::move(key)};
    }
    void insert(DataKeyName const& name, SecretBytes const& key) {
        MutexLock const lock(mutex_);
        keys_.insert(name, key);
    }
    void insert_for_writing(CompartmentId const& compartment, DataKey const& key) {
        MutexLock const lock(mutex_);
        keys_.insert({.compartment = compartment, .version = key.version}, key.key);
        // Entries of forgotten keys add up here; dropping any entry costs only a miss.
        if (sealing_.size() >= kEntriesPerPart) sealing_.erase(sealing_.begin());
        sealing_.insert_or_assign(compartment, key.version);
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
    std::optional<SecretBytes> find_counted(DataKeyName const& name) SALUS_REQUIRES(mutex_) {
        auto key = keys_.find(name);
        ++(key ? hits_ : misses_);
        return key;
    }

    mutable Mutex mutex_;
    KeyCache<DataKeyName, DataKeyNameHash> keys_ SALUS_GUARDED_BY(mutex_);
    std::unordered_map<CompartmentId, std::uint32_t> sealing_ SALUS_GUARDED_BY(mutex_);
    std::uint64_t hits_ SALUS_GUARDED_BY(mutex_) = 0;
    std::uint64_t misses_ SALUS_GUARDED_BY(mutex_) = 0;
};

class CachingKeyring final : public Keyring {
public:
    CachingKeyring(TenantName tenant, KeyManagementService& service, Clock const& clock)
        : tenant_(std::move(tenant)),
          service_(service),
          memory_(kSlots),
          purpose_keys_(memory_, clock, limits::kShardKeyCacheTime, kPurposeKeys) {
        for (auto& part : parts_) part = std::make_unique<DataKeyCache>(memory_, clock);
    }
    Result<void> open(std::filesystem::path const& directory, std::string realm,
                      crypto::Random& random, Clock const& clock) {
        MutexLock const lock(mutex_);
        SALUS_TRY(hierarchy_, KeyHierarchy::open(directory, {.tenant = tenant_,
                                                             .realm = std::move(realm),
                                                             .service = service_,
                                                             .random = random,
                                                             .clock = clock,
                                                             .memory = memory_}));
        return {};
    }

    Result<DataKey> key_for_writing(CompartmentId const& compartment) override {
        auto& cache = part_of(compartment);
        if (auto cached = cache.find_for_writing(compartment)) return *std::move(cached);
        MutexLock const lock(mutex_);
        SALUS_TRY(auto made, hierarchy_->key_for_writing(compartment));
        cache.insert_for_writing(compartment, made);
        return made;
    }

    Result<SecretBytes> key_for_reading(CompartmentId const& compartment,
                                        std::uint32_t version) override {
        DataKeyName const name{.compartment = compartment, .version = version};
        auto& cache = part_of(compartment);
        if (auto cached = cache.find(name)) return *std::move(cached);
        MutexLock const lock(mutex_);
        SALUS_TRY(auto key, hierarchy_->key_for_reading(compartment, version));
        cache.insert(name, key);
        return key;
    }

    Result<void> prepare(std::span<CompartmentId const> compartments) override {
        if (compartments.size() > limits::kKeyPreparation) {
            return fail(Errc::too_large, "too many compartments at once");
        }
        MutexLock const lock(mutex_);
        return hierarchy_->prepare(compartments);
    }

    Result<SecretBytes> purpose_key(Purpose purpose) override {
        if (auto cached = find_purpose_key(purpose)) return *std::move(cached);
        MutexLock const lock(mutex_);
        SALUS_TRY(auto key, hierarchy_->purpose_key(purpose));
        MutexLock const purpose_lock(purpose_mutex_);
        purpose_keys_.insert(purpose, key);
        return key;
    }

    Result<void> refresh() override {
        if (!service_.may_block()) return {};
        SALUS_TRY(auto const due, shard_keys_due());
        Result<void> outcome;
        for (auto const& stored : due) {
            auto const key = unwrap_at_service(service_, tenant_, stored);
            if (key) {
                MutexLock const lock(mutex_);
                hierarchy_->keep_opened(stored, *key);
                continue;
            }
            if (outcome) outcome = fail(key.error());
            // A damaged key costs its own shard alone; a service that is gone would be waited for
            // once for each key.
            if (key.error().code == Errc::unavailable) break;
        }
        return outcome;
    }

    void forget_expired() override {
        for (auto const& part : parts_) part->forget_expired();
        {
            MutexLock const lock(purpose_mutex_);
            purpose_keys_.forget_expired();
        }
        MutexLock const lock(mutex_);
        hierarchy_->forget_expired();
    }

    KeyringStatistics statistics() const override {
        KeyringStatistics statistics;
        for (auto const& part : parts_) part->add_to(statistics);
        statistics.memory_locked = memory_.is_locked();
        MutexLock const lock(mutex_);
        statistics.data_keys = hierarchy_->data_keys();
        return statistics;
    }

private:
    // The id's first byte chooses the shard, so another one spreads the locks.
    [[nodiscard]] DataKeyCache& part_of(CompartmentId const& compartment) const {
        return *parts_[compartment.bytes()[15] % kCacheParts];
    }

    Result<std::vector<StoredShardKey>> shard_keys_due() {
        MutexLock const lock(mutex_);
        return hierarchy_->shard_keys_due();
    }

    std::optional<SecretBytes> find_purpose_key(Purpose purpose) {
        MutexLock const lock(purpose_mutex_);
        return purpose_keys_.find(purpose);
    }

    TenantName const tenant_;
    KeyManagementService& service_;
    KeyMemory memory_;
    std::array<std::unique_ptr<DataKeyCache>, kCacheParts> parts_;
    mutable Mutex mutex_;
    std::unique_ptr<KeyHierarchy> hierarchy_ SALUS_GUARDED_BY(mutex_);
    // Taken after mutex_ or alone, so that a cached purpose key never waits for the disk.
    Mutex purpose_mutex_;
    KeyCache<Purpose> purpose_keys_ SALUS_GUARDED_BY(purpose_mutex_);
};

}  // namespace

Result<std::unique_ptr<Keyring>> Keyring::open(std::filesystem::path const& directory,
                                               TenantName tenant, std::string realm,
                                               KeyManagementService& service,
                                               crypto::Random& random, Clock const& clock) {
    auto keyring = std::make_unique<CachingKeyring>(std::move(tenant), service, clock);
    SALUS_TRY_VOID(keyring->open(directory, std::move(realm), random, clock));
    return keyring;
}

}  // namespace salus::keys
