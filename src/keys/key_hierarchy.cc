#include "keys/key_hierarchy.h"

#include <algorithm>
#include <iterator>

#include "foundation/limits.h"

namespace salus::keys {
namespace {

using Part = crypto::Context::Part;

constexpr std::size_t kShardKeysCached = 1024;  // epochs of 65 shards
// A key is opened anew when a third of its time is over, so a KMS may be gone for the other two.
constexpr auto kRenewedWith = limits::kShardKeyCacheTime * 2 / 3;
constexpr Literal kNoPurposeKey = "the purpose key does not exist";

// What a shard key is bound to, beside tenant and KEK, which the KMS binds itself.
crypto::Context shard_key_context(StoredShardKey const& key) {
    crypto::Context context;
    context.add(Part::object_class, "shard key")
        .add(Part::id, key.id.bytes())
        .add(Part::compartment, std::uint64_t{key.shard})
        .add(Part::version, std::uint64_t{key.epoch})
        .add(Part::type, std::uint64_t{static_cast<std::uint8_t>(key.state)});
    return context;
}

}  // namespace

Result<SecretBytes> unwrap_at_service(KeyManagementService& service, TenantName const& tenant,
                                      StoredShardKey const& stored) {
    auto const context = shard_key_context(stored);
    return service.unwrap({.tenant = tenant, .epoch = stored.kek_epoch}, context.bytes(),
                          stored.wrapped);
}

Result<void> wrap_at_service(KeyManagementService& service, TenantName const& tenant,
                             StoredShardKey& stored, SecretBytes const& key) {
    auto const context = shard_key_context(stored);
    SALUS_TRY(stored.wrapped,
              service.wrap({.tenant = tenant, .epoch = stored.kek_epoch}, context.bytes(), key));
    return {};
}

KeyHierarchy::KeyHierarchy(Surroundings surroundings, KeyStore store)
    : around_(std::move(surroundings)),
      store_(std::move(store)),
      sealer_(around_.random),
      shard_keys_(around_.memory, around_.clock, limits::kShardKeyCacheTime, kShardKeysCached) {}

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::open(std::filesystem::path const& directory,
                                                         Surroundings surroundings) {
    SALUS_TRY(auto store, KeyStore::open(directory, surroundings.tenant, surroundings.realm,
                                         surroundings.clock.now()));
    auto hierarchy =
        std::unique_ptr<KeyHierarchy>(new KeyHierarchy(std::move(surroundings), std::move(store)));
    auto& self = *hierarchy;
    // After a crash between the destruction of a key and this; best effort, as a reader may be in
    // the way, and the next destruction does it again.
    static_cast<void>(self.store_.empty_wal());
    // Only for a new tenant: a KEK that is missing later was lost or destroyed, and another one in
    // its place would open nothing.
    SALUS_TRY(auto const used, self.store_.has_shard_keys());
    if (!used) SALUS_TRY_VOID(self.around_.service.ensure(self.kek(self.store_.kek_epoch())));
    bool const blocks = self.around_.service.may_block();
    if (blocks) SALUS_TRY_VOID(self.open_shard_keys());
    self.from_cache_only_ = blocks;
    SALUS_TRY_VOID(self.make_purpose_keys());
    SALUS_TRY(self.data_keys_, self.store_.count_data_keys());
    return hierarchy;
}

KekName KeyHierarchy::kek(std::uint32_t epoch) const {
    return {.tenant = around_.tenant, .epoch = epoch};
}

crypto::Context KeyHierarchy::data_key_context(CompartmentId const& compartment,
                                               std::uint32_t version, KeyState state) const {
    crypto::Context context;
    context.add(Part::realm, around_.realm)
        .add(Part::tenant, around_.tenant.text())
        .add(Part::compartment, compartment.bytes())
        .add(Part::object_class, "data key")
        .add(Part::type, std::uint64_t{static_cast<std::uint8_t>(state)})
        .add(Part::version, std::uint64_t{version});
    return context;
}

crypto::Context KeyHierarchy::purpose_key_context(Purpose purpose, std::uint32_t version,
                                                  KeyState state) const {
    crypto::Context context;
    context.add(Part::realm, around_.realm)
        .add(Part::tenant, around_.tenant.text())
        .add(Part::object_class, "purpose key")
        .add(Part::id, std::uint64_t{number_of(purpose)})
        .add(Part::type, std::uint64_t{static_cast<std::uint8_t>(state)})
        .add(Part::version, std::uint64_t{version});
    return context;
}

Result<SecretBytes> KeyHierarchy::unwrap_shard_key(StoredShardKey const& stored) {
    if (auto cached = shard_keys_.find(stored.id)) return *std::move(cached);
    if (from_cache_only_) {
        return fail(Errc::unavailable, "the key management service was gone for too long");
    }
    auto key = unwrap_at_service(around_.service, around_.tenant, stored);
    if (key) shard_keys_.insert(stored.id, *key);
    return key;
}

Result<KeyHierarchy::ShardKey> KeyHierarchy::make_shard_key(std::uint32_t shard) {
    if (from_cache_only_) {
        return fail(Errc::corrupt, "the key of a shard is missing from the key store");
    }
    auto const id = crypto::random_secret(around_.random, sizeof(KeyId::Array));
    auto key = crypto::random_secret(around_.random, kKeyBytes);
    StoredShardKey stored{.id = KeyId::from(id.reveal()),
                          .shard = shard,
                          .epoch = kFirstVersion,
                          .state = KeyState::active,
                          .kek_epoch = store_.kek_epoch(),
                          .wrapped = {}};
    SALUS_TRY_VOID(wrap_at_service(around_.service, around_.tenant, stored, key));
    SALUS_TRY_VOID(store_.add_shard_key(stored, around_.clock.now()));
    return ShardKey{
        .name = {.mechanism = WrappedBy::shard_key, .id = stored.id, .epoch = stored.epoch},
        .key = std::move(key)};
}

Result<void> KeyHierarchy::open_shard_keys() {
    SALUS_TRY(auto transaction, store_.begin());
    for (std::uint32_t shard = 0; shard <= kTenantShard; ++shard) {
        SALUS_TRY(auto const latest, store_.latest_shard_key(shard));
        if (!latest) SALUS_TRY_VOID(make_shard_key(shard));
    }
    SALUS_TRY_VOID(transaction.commit());
    SALUS_TRY(auto const stored, store_.shard_keys(kShardKeysCached));
    for (auto const& key : stored) {
        auto const opened = unwrap_shard_key(key);
        // A damaged key costs its own shard alone.
        if (!opened && opened.error().code == Errc::unavailable) return fail(opened.error());
    }
    return {};
}

Result<std::vector<StoredShardKey>> KeyHierarchy::shard_keys_due() {
    SALUS_TRY(auto keys, store_.shard_keys(kShardKeysCached));
    std::erase_if(keys, [this](StoredShardKey const& key) {
        return !shard_keys_.ends_within(key.id, kRenewedWith);
    });
    return keys;
}

Result<KeyHierarchy::ShardKey> KeyHierarchy::shard_key_for_wrapping(std::uint32_t shard) {
    SALUS_TRY(auto const stored, store_.latest_shard_key(shard));
    if (!stored) return make_shard_key(shard);
    if (stored->state != KeyState::active) {
        return fail(Errc::unavailable, "the latest key of a shard is not active");
    }
    SALUS_TRY(auto key, unwrap_shard_key(*stored));
    return ShardKey{
        .name = {.mechanism = WrappedBy::shard_key, .id = stored->id, .epoch = stored->epoch},
        .key = std::move(key)};
}

Result<SecretBytes> KeyHierarchy::unwrap(std::uint32_t shard, crypto::Context const& context,
                                         StoredKey const& stored) {
    SALUS_TRY(auto const name, wrapping_key_of(stored.wrapped));
    if (name.mechanism != WrappedBy::shard_key) {
        return fail(Errc::corrupt, "a key is not wrapped by a shard key");
    }
    auto wrapping_key = shard_keys_.find(name.id);
    if (!wrapping_key) {
        SALUS_TRY(auto const shard_key, store_.shard_key(name.id));
        if (!shard_key || shard_key->shard != shard || shard_key->state == KeyState::destroyed) {
            return fail(Errc::corrupt, "a key is wrapped by a shard key that does not exist");
        }
        SALUS_TRY(wrapping_key, unwrap_shard_key(*shard_key));
    }
    return unwrap_key(sealer_, *wrapping_key, context, stored.wrapped);
}

Result<DataKey> KeyHierarchy::key_for_writing(CompartmentId const& compartment) {
    SALUS_TRY(auto const stored, store_.latest_data_key(compartment));
    if (!stored) {
        SALUS_TRY(auto transaction, store_.begin());
        SALUS_TRY(auto made, make_data_key(compartment));
        SALUS_TRY_VOID(transaction.commit());
        ++data_keys_;
        return made;
    }
    if (stored->state == KeyState::destroyed) {
        return fail(Errc::gone, "the compartment's key was destroyed");
    }
    if (stored->state != KeyState::active) {
        return fail(Errc::conflict, "the compartment's latest key no longer seals");
    }
    SALUS_TRY(auto key, unwrap_data_key(compartment, *stored));
    return DataKey{.version = stored->version, .key = std::move(key)};
}

Result<SecretBytes> KeyHierarchy::key_for_reading(CompartmentId const& compartment,
                                                  std::uint32_t version) {
    SALUS_TRY(auto const stored, store_.data_key(compartment, version));
    if (!stored) return fail(Errc::not_found, "the data key does not exist");
    if (stored->state == KeyState::destroyed) return fail(Errc::gone, "the data key was destroyed");
    if (stored->state == KeyState::retired) return fail(Errc::gone, "the data key was retired");
    return unwrap_data_key(compartment, *stored);
}

Result<SecretBytes> KeyHierarchy::unwrap_data_key(CompartmentId const& compartment,
                                                  StoredKey const& stored) {
    return unwrap(shard_of(compartment),
                  data_key_context(compartment, stored.version, stored.state), stored);
}

Result<SecretBytes> KeyHierarchy::unwrap_purpose_key(Purpose purpose, StoredKey const& stored) {
    return unwrap(kTenantShard, purpose_key_context(purpose, stored.version, stored.state), stored);
}

Result<StoredKey> KeyHierarchy::wrap_data_key(CompartmentId const& compartment,
                                              std::uint32_t version, KeyState state,
                                              SecretBytes const& key) {
    SALUS_TRY(auto const by, shard_key_for_wrapping(shard_of(compartment)));
    return StoredKey{
        .version = version,
        .state = state,
        .wrapped = wrap_key(sealer_, by.name, by.key, data_key_context(compartment, version, state),
                            version, key)};
}

Result<StoredKey> KeyHierarchy::wrap_purpose_key(Purpose purpose, std::uint32_t version,
                                                 KeyState state, SecretBytes const& key) {
    SALUS_TRY(auto const by, shard_key_for_wrapping(kTenantShard));
    return StoredKey{
        .version = version,
        .state = state,
        .wrapped = wrap_key(sealer_, by.name, by.key, purpose_key_context(purpose, version, state),
                            version, key)};
}

Result<DataKey> KeyHierarchy::make_data_key(CompartmentId const& compartment) {
    DataKey made{.version = kFirstVersion,
                 .key = crypto::random_secret(around_.random, kKeyBytes),
                 .is_made = true};
    SALUS_TRY(auto const stored,
              wrap_data_key(compartment, made.version, KeyState::active, made.key));
    SALUS_TRY_VOID(store_.add_data_key(compartment, stored, around_.clock.now()));
    return made;
}

Result<void> KeyHierarchy::prepare(std::span<CompartmentId const> compartments) {
    SALUS_TRY(auto transaction, store_.begin());
    std::uint64_t made = 0;
    for (auto const& compartment : compartments) {
        SALUS_TRY(auto const stored, store_.latest_data_key(compartment));
        if (stored) continue;
        SALUS_TRY_VOID(make_data_key(compartment));
        ++made;
    }
    SALUS_TRY_VOID(transaction.commit());
    data_keys_ += made;
    return {};
}

// All at the tenant's first use. Later a key that is missing was lost or removed: another key in
// its place would make everything unreadable that it protected, so that is refused instead.
Result<void> KeyHierarchy::make_purpose_keys() {
    std::size_t present = 0;
    for (auto const purpose : kPurposes) {
        SALUS_TRY(auto const stored, store_.latest_purpose_key(number_of(purpose)));
        if (stored) ++present;
    }
    if (present == std::size(kPurposes)) return {};
    if (present != 0) return fail(Errc::corrupt, "a purpose key is missing from the key store");

    SALUS_TRY(auto transaction, store_.begin());
    for (auto const purpose : kPurposes) {
        auto const key = crypto::random_secret(around_.random, kKeyBytes);
        SALUS_TRY(auto const stored,
                  wrap_purpose_key(purpose, kFirstVersion, KeyState::active, key));
        SALUS_TRY_VOID(store_.add_purpose_key(number_of(purpose), stored, around_.clock.now()));
    }
    return transaction.commit();
}

Result<DataKey> KeyHierarchy::purpose_key_for_writing(Purpose purpose) {
    SALUS_TRY(auto const stored, store_.active_purpose_key(number_of(purpose)));
    if (!stored) return fail(Errc::not_found, kNoPurposeKey);
    SALUS_TRY(auto key, unwrap_purpose_key(purpose, *stored));
    return DataKey{.version = stored->version, .key = std::move(key)};
}

Result<SecretBytes> KeyHierarchy::purpose_key_for_reading(Purpose purpose, std::uint32_t version) {
    SALUS_TRY(auto const stored, store_.purpose_key(number_of(purpose), version));
    if (!stored || stored->state == KeyState::destroyed) {
        return fail(Errc::not_found, kNoPurposeKey);
    }
    return unwrap_purpose_key(purpose, *stored);
}

Result<std::vector<PurposeKey>> KeyHierarchy::purpose_keys(Purpose purpose) {
    SALUS_TRY(auto const versions, store_.purpose_keys_of(number_of(purpose)));
    std::vector<PurposeKey> keys;
    for (auto const& stored : versions) {
        if (stored.state == KeyState::destroyed) continue;
        SALUS_TRY(auto key, unwrap_purpose_key(purpose, stored));
        keys.push_back({.version = stored.version, .state = stored.state, .key = std::move(key)});
    }
    return keys;
}

}  // namespace salus::keys
