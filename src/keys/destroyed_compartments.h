// Which compartments never get a key again (ENC-5): after a store was put back, what they hold is
// unreadable and to be removed once more.
#pragma once

#include <filesystem>
#include <vector>

#include "foundation/result.h"
#include "foundation/strong_id.h"

namespace salus::keys {

// Reads keys.db of a tenant, beside whoever uses it; empty when there is none. Errc::too_large
// beyond `count_max`. A few milliseconds for each hundred thousand keys. Any thread.
[[nodiscard]] Result<std::vector<CompartmentId>> destroyed_compartments(
    std::filesystem::path const& directory, std::size_t count_max);

}  // namespace salus::keys
