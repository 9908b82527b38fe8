// Digests of a store's file: read only, beside the process that uses it or by itself.
#pragma once

#include <filesystem>
#include <memory>

#include "store/digests.h"

namespace salus::store {

// Errc::corrupt when the file is not a store, or of a version that this program does not know;
// Errc::unavailable when it cannot be read.
[[nodiscard]] Result<std::unique_ptr<Digests>> open_embedded_digests(
    std::filesystem::path const& path);

}  // namespace salus::store
