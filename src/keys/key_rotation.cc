#include "keys/key_rotation.h"

namespace salus::keys {

// Compartment ids are keyed hashes, so the shards fill evenly. DO NOT CHANGE: part of the format.
std::uint32_t shard_of(CompartmentId const& compartment) noexcept {
    return compartment.bytes()[0] % kShards;
}

}  // namespace salus::keys
