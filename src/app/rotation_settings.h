// The section [rotation] of the configuration. Values.
#pragma once

#include <chrono>
#include <map>

#include "keys/key_rotation.h"

namespace salus::app {

struct RotationSettings {
    // By kind, in days: keys that are older are replaced. 0, or not there: only on demand.
    std::map<keys::RotationKind, std::int64_t> ages;
    std::int64_t records_per_second = 0;  // 0: no limit beside half of the time
    // Data keys under which nothing is sealed any more are kept so long for older backups.
    std::chrono::days keep_retired{0};
};

}  // namespace salus::app
