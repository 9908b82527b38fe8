// Rotation and destruction of one tenant's keys (ENC-4), step by step, while requests are served.
// Who decides when, and rewrites what data keys sealed, is above this room.
//
// Each step is small and durable when it returns. What is in progress stands in the key store and
// nowhere else: after a crash at any point, the same calls in the same order finish the work, and
// a step that is done already changes nothing. Every thread sees a step's effect at once: from
// when begin_data_key() returned, key_for_writing() gives the new version; from when a destroy
// function returned, no cache gives what was destroyed.
//
// Thread safety: any thread that may block, one step at a time (others wait); never an event loop:
// a step waits for the KMS and the disk. It holds the keyring's lock for at most
// limits::kRewrappedAtOnce keys (about 15 us each) and one fsync, never while it waits for the KMS.
//
// Errors of all: as keyring.h; Errc::conflict when the keys are not in the state that the step
// needs.
#pragma once

#include <optional>
#include <vector>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "keys/dual_control/approval.h"
#include "keys/dual_control/rotation_order.h"
#include "keys/key_state.h"
#include "keys/purpose.h"

namespace salus::keys {

// The 64 shards of the data keys and, with the last number, the one of the purpose keys.
inline constexpr std::uint32_t kShards = 64;
inline constexpr std::uint32_t kTenantShard = kShards;
[[nodiscard]] std::uint32_t shard_of(CompartmentId const& compartment) noexcept;

struct KekStatus {
    std::uint32_t epoch = 0;
    KeyState state = KeyState::destroyed;  // pre_active: planned, perhaps made, not used yet
    WallTime created{};
    std::uint64_t shard_keys = 0;  // that it wraps
};
struct ShardKeyStatus {
    std::uint32_t shard = 0;
    std::uint32_t epoch = 0;
    KeyState state = KeyState::destroyed;
    WallTime created{};
    std::uint32_t kek_epoch = 0;
    std::uint64_t keys = 0;  // that it wraps
};
struct DataKeyStatus {
    std::uint32_t version = 0;
    KeyState state = KeyState::destroyed;
    std::uint64_t keys = 0;
    WallTime oldest{};  // when the oldest of them was made
    // Of retired keys: when the first and the last of them were retired.
    WallTime first_retired{};
    WallTime last_retired{};
};
struct PurposeKeyStatus {
    Purpose purpose{};
    std::uint32_t version = 0;
    KeyState state = KeyState::destroyed;
    WallTime created{};
};
// Keys of a kind that are older than this are due; it stands until somebody asks again.
struct RotationRequest {
    RotationKind kind{};
    WallTime older_than{};
};
struct RotationOrders {
    std::vector<RotationRequest> requests;
    bool paused = false;
};
struct RotationStatus {
    std::vector<KekStatus> keks;
    std::vector<ShardKeyStatus> shard_keys;  // without tombstones
    std::vector<DataKeyStatus> data_keys;    // one for each version and state there is
    std::vector<PurposeKeyStatus> purpose_keys;
    RotationOrders orders;
};
struct DataKeyVersion {
    CompartmentId compartment;
    std::uint32_t version = 0;
    friend bool operator==(DataKeyVersion const&, DataKeyVersion const&) = default;
};

class KeyRotation {
public:
    virtual ~KeyRotation() = default;

    // --- The key-encryption key. New shard keys use KEK[e+1] from here on; returns its epoch.
    // Finishes an epoch that a crash left half made instead of beginning another.
    [[nodiscard]] virtual Result<std::uint32_t> begin_kek_epoch() = 0;
    // Re-wraps at most `count_max` shard keys from older KEKs; returns how many are left. Two calls
    // of the KMS each.
    [[nodiscard]] virtual Result<std::uint64_t> rewrap_shard_keys(std::size_t count_max) = 0;
    // Destroys, in the KMS, older KEKs that wrap nothing any more; returns their epochs.
    [[nodiscard]] virtual Result<std::vector<std::uint32_t>> destroy_unused_keks() = 0;

    // --- Shard keys. Errc::conflict beyond limits::kKeyVersionsLive live epochs of a shard. A
    // shard without a key gets its first.
    [[nodiscard]] virtual Result<std::uint32_t> begin_shard_epoch(std::uint32_t shard) = 0;
    // Re-wraps at most `count_max` keys that older keys of this shard wrap; returns how many are
    // left.
    [[nodiscard]] virtual Result<std::uint64_t> rewrap_keys_of_shard(std::uint32_t shard,
                                                                     std::size_t count_max) = 0;
    [[nodiscard]] virtual Result<std::vector<std::uint32_t>> destroy_unused_shard_keys(
        std::uint32_t shard) = 0;

    // --- Data keys. The new version seals from now on, the one before only opens. Errc::not_found
    // for a compartment without a key, Errc::gone for one whose key was destroyed, Errc::conflict
    // beyond limits::kKeyVersionsLive versions that are neither retired nor destroyed.
    [[nodiscard]] virtual Result<std::uint32_t> begin_data_key(
        CompartmentId const& compartment) = 0;
    // A version that only opens is kept for older backups of the data, and opens nothing from then
    // on. REQUIRES of the caller: nothing is sealed under it. Errc::conflict for the version that
    // seals, Errc::gone for one that was destroyed; Errc::not_found when it never existed.
    [[nodiscard]] virtual Result<void> retire_data_key(CompartmentId const& compartment,
                                                       std::uint32_t version) = 0;
    // A retired version opens again, until what is sealed under it was sealed anew: for a store
    // that was restored from an older backup. Errors as retire_data_key().
    [[nodiscard]] virtual Result<void> readmit_data_key(CompartmentId const& compartment,
                                                        std::uint32_t version) = 0;
    // Versions that were retired before then, the first retired first, behind `after`.
    [[nodiscard]] virtual Result<std::vector<DataKeyVersion>> retired_data_keys(
        WallTime then, DataKeyVersion const& after, std::size_t count_max) = 0;
    // REQUIRES of the caller: nothing is sealed under it. Errc::conflict for the version that
    // seals; Errc::not_found when it never existed.
    [[nodiscard]] virtual Result<void> destroy_data_key(CompartmentId const& compartment,
                                                        std::uint32_t version) = 0;
    // Destroys every version of the key of the compartment that the approval names, retired ones
    // too; returns those that were there. The compartment never gets a key again, not even if it
    // had none. ENC-5: whatever it sealed is unreadable, in every backup of the data too; of what
    // it takes for backups of the key store, see docs/formats/key-store.md. Errc::invalid: an
    // approval for something else (KEY-2).
    [[nodiscard]] virtual Result<std::vector<std::uint32_t>> destroy_compartment(
        Approval const& approval) = 0;
    // The versions of a compartment's key that are not destroyed, ascending; the last one seals.
    // Empty: it never had one. Errc::gone: it was destroyed.
    [[nodiscard]] virtual Result<std::vector<std::uint32_t>> live_data_keys(
        CompartmentId const& compartment) = 0;
    // Compartments whose sealing key was made before then, the oldest first.
    [[nodiscard]] virtual Result<std::vector<CompartmentId>> data_keys_older_than(
        WallTime then, std::size_t count_max) = 0;
    // Versions that only open, ordered by compartment and version, behind `after`.
    [[nodiscard]] virtual Result<std::vector<DataKeyVersion>> decrypt_only_data_keys(
        DataKeyVersion const& after, std::size_t count_max) = 0;

    // --- Purpose keys. Makes the next version, pre-active; returns the one that is there already.
    // Errc::invalid for Purpose::address.
    [[nodiscard]] virtual Result<std::uint32_t> begin_purpose_key(Purpose purpose) = 0;
    // A pre-active version becomes active, and the one that was active only opens from then on:
    // the one transition there is, beside destruction. Errc::conflict for every other.
    [[nodiscard]] virtual Result<void> set_purpose_state(Purpose purpose, std::uint32_t version,
                                                         KeyState state) = 0;
    // Errc::conflict for the active version.
    [[nodiscard]] virtual Result<void> destroy_purpose_key(Purpose purpose,
                                                           std::uint32_t version) = 0;

    // --- What was asked for. Keys of the kind that were made before the order's time become due;
    // an earlier order never takes the place of a later one.
    [[nodiscard]] virtual Result<RotationRequest> request(RotationOrder const& order) = 0;
    // Whether the work rests. Nothing here asks; who does the work does.
    [[nodiscard]] virtual Result<void> set_paused(bool paused) = 0;
    [[nodiscard]] virtual Result<RotationOrders> orders() = 0;
    // Reads the whole key store's indexes: about 0.2 s for a million data keys. Holds no lock that
    // a request needs.
    [[nodiscard]] virtual Result<RotationStatus> status() = 0;
};

}  // namespace salus::keys
