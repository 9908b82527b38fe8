// The key hierarchy of one tenant (ENC-2): KEK in the KMS -> shard key -> one data key (DEK) per
// compartment, and per-tenant keys for single purposes. Wrapped keys live in a small key store
// apart from the data, so that destroying one defeats every backup of the data (ENC-5).
//
// Thread safety: any thread, event loops included. A key in the cache costs well under 1 us. A miss
// reads the key store and unwraps in software (about 20 us) under one lock. The first use of a
// shard, and again each limits::kShardKeyCacheTime, calls the KMS. A KMS that may block is called
// by open() and refresh() alone, never for a request: open() makes and opens the keys of all
// shards, refresh() opens them anew in time. While it is gone, keys that are open serve until
// their absolute time is over; then everything that needs them is Errc::unavailable until a
// refresh() succeeds. Making a key waits for the disk (one fsync, about 0.2 ms on an SSD), and
// misses of other threads wait with it: use prepare() before many new compartments.
//
// Errors of all: Errc::corrupt when a row was changed, moved or swapped (never a wrong key);
// Errc::unavailable when the disk or the KMS cannot answer.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "foundation/fault_points.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "keys/key_management_service.h"
#include "keys/key_rotation.h"
#include "keys/purpose.h"

namespace salus::keys {

struct DataKey {
    std::uint32_t version = 0;
    SecretBytes key;       // 32 bytes
    bool is_made = false;  // by this very call: it has to be recorded (KEY-3)
};

// A live version of a purpose's key.
struct PurposeKey {
    std::uint32_t version = 0;
    KeyState state = KeyState::active;
    SecretBytes key;  // 32 bytes
};

struct KeyringStatistics {
    std::uint64_t data_keys = 0;  // in the key store
    std::uint64_t cached = 0;
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    bool memory_locked = false;  // read from the kernel's answer to mlock (KEY-5)
};

class Keyring {
public:
    // Creates the tenant's keys at first use. `directory` holds keys.db. Borrows the rest; `faults`
    // is for tests of rotation and may be absent.
    static Result<std::unique_ptr<Keyring>> open(std::filesystem::path const& directory,
                                                 TenantName tenant, std::string realm,
                                                 KeyManagementService& service,
                                                 crypto::Random& random, Clock const& clock,
                                                 FaultPoints* faults = nullptr);
    virtual ~Keyring() = default;

    // The key that new versions of this compartment are sealed with; makes one, durably, if the
    // compartment is new. Errc::gone when the compartment's key was destroyed.
    [[nodiscard]] virtual Result<DataKey> key_for_writing(CompartmentId const& compartment) = 0;
    // Errc::not_found when this key never existed, Errc::gone when it was retired or destroyed.
    [[nodiscard]] virtual Result<SecretBytes> key_for_reading(CompartmentId const& compartment,
                                                              std::uint32_t version) = 0;
    // Makes the keys of those compartments that are new, durably, in one transaction. An import
    // calls it with the compartments of a batch. Errc::too_large beyond limits::kKeyPreparation.
    [[nodiscard]] virtual Result<void> prepare(std::span<CompartmentId const> compartments) = 0;
    // The version of a purpose's key that is active. What keeps something derived from it compares
    // purpose_changes().
    [[nodiscard]] virtual Result<DataKey> purpose_key_for_writing(Purpose purpose) = 0;
    [[nodiscard]] Result<SecretBytes> purpose_key(Purpose purpose);
    // Errc::not_found when this version never existed or was destroyed.
    [[nodiscard]] virtual Result<SecretBytes> purpose_key_for_reading(Purpose purpose,
                                                                      std::uint32_t version) = 0;
    // All live versions, ascending. Reads the key store: not for every request.
    [[nodiscard]] virtual Result<std::vector<PurposeKey>> purpose_keys(Purpose purpose) = 0;
    // Grows whenever the versions or states of a purpose's keys have changed. Any thread, no lock.
    [[nodiscard]] virtual std::uint64_t purpose_changes() const noexcept = 0;
    // For a thread that may block. Belongs to the keyring.
    [[nodiscard]] virtual KeyRotation& rotation() noexcept = 0;
    // For a KMS that may block: opens the shard keys anew whose time has run down by a third. Waits
    // for the KMS, holding no lock meanwhile; nothing to do for any other KMS. Call it every few
    // seconds from a thread that may block. Errc::unavailable when the KMS does not answer; what
    // else it answers for a damaged key, which costs its own shard alone.
    [[nodiscard]] virtual Result<void> refresh() = 0;
    // Scrubs cached keys whose time is over. The cache never serves one, but without this call it
    // stays in memory until the cache is used again: call it every few seconds (KEY-5).
    virtual void forget_expired() = 0;
    [[nodiscard]] virtual KeyringStatistics statistics() const = 0;
};

}  // namespace salus::keys
