// The audit log on a volume: the seam at which tests put a disk with faults.
#pragma once

#include <memory>

#include "audit/log.h"
#include "audit/volume.h"

namespace salus::audit {

[[nodiscard]] Result<Log::Opened> open_log(Options const& options, std::unique_ptr<Volume> volume,
                                           Clock const& clock, salus::Log const& operational_log);

}  // namespace salus::audit
