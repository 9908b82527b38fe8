// The section [rotation] of the configuration. Values.
#pragma once

#include <map>

#include "keys/key_rotation.h"

namespace salus::app {

struct RotationSettings {
    // By kind, in days: keys that are older are replaced. 0, or not there: only on demand.
    std::map<keys::RotationKind, std::int64_t> ages;
    std::int64_t records_per_second = 0;  // 0: no limit beside half of the time
};

}  // namespace salus::app
