// Inside the room: the steps of keys/key_rotation.h over a keyring's state, which outlives them.
// Thread safety: any thread that may block.
#pragma once

#include "keys/keyring_state.h"

namespace salus::keys {

class KeyRotationSteps final : public KeyRotation {
public:
    explicit KeyRotationSteps(KeyringState& state) : state_(state) {}

    Result<std::uint32_t> begin_kek_epoch() override;
    Result<std::uint64_t> rewrap_shard_keys(std::size_t count_max) override;
    Result<std::vector<std::uint32_t>> destroy_unused_keks() override;
    Result<std::uint32_t> begin_shard_epoch(std::uint32_t shard) override;
    Result<std::uint64_t> rewrap_keys_of_shard(std::uint32_t shard, std::size_t count_max) override;
    Result<std::vector<std::uint32_t>> destroy_unused_shard_keys(std::uint32_t shard) override;
    Result<std::uint32_t> begin_data_key(CompartmentId const& compartment) override;
    Result<void> retire_data_key(CompartmentId const& compartment, std::uint32_t version) override;
    Result<void> readmit_data_key(CompartmentId const& compartment, std::uint32_t version) override;
    Result<std::vector<DataKeyVersion>> retired_data_keys(WallTime then,
                                                          DataKeyVersion const& after,
                                                          std::size_t count_max) override;
    Result<void> destroy_data_key(CompartmentId const& compartment, std::uint32_t version) override;
    Result<std::vector<std::uint32_t>> destroy_compartment(Approval const& approval) override;
    Result<std::vector<std::uint32_t>> live_data_keys(CompartmentId const& compartment) override;
    Result<std::vector<CompartmentId>> data_keys_older_than(WallTime then,
                                                            std::size_t count_max) override;
    Result<std::vector<DataKeyVersion>> decrypt_only_data_keys(DataKeyVersion const& after,
                                                               std::size_t count_max) override;
    Result<std::uint32_t> begin_purpose_key(Purpose purpose) override;
    Result<void> set_purpose_state(Purpose purpose, std::uint32_t version, KeyState state) override;
    Result<void> destroy_purpose_key(Purpose purpose, std::uint32_t version) override;
    Result<RotationRequest> request(RotationOrder const& order) override;
    Result<void> set_paused(bool paused) override;
    Result<RotationOrders> orders() override;
    Result<RotationStatus> status() override;

private:
    // The epoch to be made next, noted durably before the KMS makes it.
    Result<std::uint32_t> plan_kek() SALUS_REQUIRES(state_.rotation);
    Result<void> rewrap_shard_key(StoredShardKey const& stored) SALUS_REQUIRES(state_.rotation);
    // The shard's key as it is stored, in the state in which it only opens.
    Result<StoredShardKey> superseded(StoredShardKey const& stored) SALUS_REQUIRES(state_.rotation);
    void purposes_changed() { ++state_.purpose_changes; }
    Result<void> reach(Literal point) { return salus::reach(state_.faults, point); }

    KeyringState& state_;
};

}  // namespace salus::keys
