#include "keys/keyring.h"

#include "foundation/limits.h"
#include "keys/key_rotation_steps.h"
#include "keys/keyring_state.h"

namespace salus::keys {
namespace {

class CachingKeyring final : public Keyring {
public:
    CachingKeyring(TenantName tenant, std::filesystem::path directory,
                   KeyManagementService& service, Clock const& clock, FaultPoints* faults)
        : state_(std::move(tenant), std::move(directory), service, clock, faults),
          rotation_(state_) {}

    Result<void> open(std::string realm, crypto::Random& random) {
        MutexLock const lock(state_.mutex);
        SALUS_TRY(state_.hierarchy,
                  KeyHierarchy::open(state_.directory, {.tenant = state_.tenant,
                                                        .realm = std::move(realm),
                                                        .service = state_.service,
                                                        .random = random,
                                                        .clock = state_.clock,
                                                        .memory = state_.memory,
                                                        .faults = state_.faults}));
        return {};
    }

    Result<DataKey> key_for_writing(CompartmentId const& compartment) override {
        auto& cache = state_.part_of(compartment);
        if (auto cached = cache.find_for_writing(compartment)) return *std::move(cached);
        MutexLock const lock(state_.mutex);
        SALUS_TRY(auto made, state_.hierarchy->key_for_writing(compartment));
        cache.insert_for_writing(compartment, made);
        return made;
    }

    Result<SecretBytes> key_for_reading(CompartmentId const& compartment,
                                        std::uint32_t version) override {
        auto& cache = state_.part_of(compartment);
        if (auto cached = cache.find(compartment, version)) return *std::move(cached);
        MutexLock const lock(state_.mutex);
        SALUS_TRY(auto key, state_.hierarchy->key_for_reading(compartment, version));
        cache.insert(compartment, version, key);
        return key;
    }

    Result<void> prepare(std::span<CompartmentId const> compartments) override {
        if (compartments.size() > limits::kKeyPreparation) {
            return fail(Errc::too_large, "too many compartments at once");
        }
        MutexLock const lock(state_.mutex);
        return state_.hierarchy->prepare(compartments);
    }

    Result<DataKey> purpose_key_for_writing(Purpose purpose) override {
        if (auto cached = state_.purposes.find_for_writing(purpose)) return *std::move(cached);
        MutexLock const lock(state_.mutex);
        SALUS_TRY(auto key, state_.hierarchy->purpose_key_for_writing(purpose));
        state_.purposes.insert_for_writing(purpose, key);
        return key;
    }

    Result<SecretBytes> purpose_key_for_reading(Purpose purpose, std::uint32_t version) override {
        if (auto cached = state_.purposes.find(purpose, version)) return *std::move(cached);
        MutexLock const lock(state_.mutex);
        SALUS_TRY(auto key, state_.hierarchy->purpose_key_for_reading(purpose, version));
        state_.purposes.insert(purpose, version, key);
        return key;
    }

    Result<std::vector<PurposeKey>> purpose_keys(Purpose purpose) override {
        MutexLock const lock(state_.mutex);
        return state_.hierarchy->purpose_keys(purpose);
    }

    std::uint64_t purpose_changes() const noexcept override { return state_.purpose_changes; }
    KeyRotation& rotation() noexcept override { return rotation_; }

    Result<void> refresh() override {
        if (!state_.service.may_block()) return {};
        MutexLock const rotation(state_.rotation);
        SALUS_TRY(auto const due, shard_keys_due());
        Result<void> outcome;
        for (auto const& stored : due) {
            auto const key = unwrap_at_service(state_.service, state_.tenant, stored);
            if (key) {
                MutexLock const lock(state_.mutex);
                state_.hierarchy->keep_opened(stored, *key);
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
        for (auto const& part : state_.parts) part->forget_expired();
        state_.purposes.forget_expired();
        MutexLock const lock(state_.mutex);
        state_.hierarchy->forget_expired();
    }

    KeyringStatistics statistics() const override {
        KeyringStatistics statistics;
        for (auto const& part : state_.parts) part->add_to(statistics);
        statistics.memory_locked = state_.memory.is_locked();
        MutexLock const lock(state_.mutex);
        statistics.data_keys = state_.hierarchy->data_keys();
        return statistics;
    }

private:
    Result<std::vector<StoredShardKey>> shard_keys_due() {
        MutexLock const lock(state_.mutex);
        return state_.hierarchy->shard_keys_due();
    }

    mutable KeyringState state_;
    KeyRotationSteps rotation_;
};

}  // namespace

Result<std::unique_ptr<Keyring>> Keyring::open(std::filesystem::path const& directory,
                                               TenantName tenant, std::string realm,
                                               KeyManagementService& service,
                                               crypto::Random& random, Clock const& clock,
                                               FaultPoints* faults) {
    auto keyring =
        std::make_unique<CachingKeyring>(std::move(tenant), directory, service, clock, faults);
    SALUS_TRY_VOID(keyring->open(std::move(realm), random));
    return keyring;
}

Result<SecretBytes> Keyring::purpose_key(Purpose purpose) {
    SALUS_TRY(auto key, purpose_key_for_writing(purpose));
    return std::move(key.key);
}

}  // namespace salus::keys
