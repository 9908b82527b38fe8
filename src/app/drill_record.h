// Inside the room: how the last drill ended, kept as backup/last-drill.json for `salus check`. The
// audit log has them all. Errors: of the file; Errc::corrupt when it is not such a record.
#pragma once

#include <cstdint>
#include <filesystem>

#include "foundation/result.h"

namespace salus::app {

struct DrillRecord {
    std::uint64_t backup = 0;
    bool good = false;
    std::int64_t time = 0;  // unix seconds
};

[[nodiscard]] Result<void> keep_drill_record(std::filesystem::path const& path,
                                             DrillRecord const& record);
[[nodiscard]] Result<DrillRecord> read_drill_record(std::filesystem::path const& path);

}  // namespace salus::app
