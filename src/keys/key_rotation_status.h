// Inside the room: the state of a tenant's keys, read from keys.db by a connection of its own, so
// that no request waits. Any thread that may block.
#pragma once

#include <filesystem>

#include "keys/key_rotation.h"

namespace salus::keys {

[[nodiscard]] Result<RotationStatus> read_rotation_status(std::filesystem::path const& directory);

}  // namespace salus::keys
