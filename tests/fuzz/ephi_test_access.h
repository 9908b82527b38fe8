// Opens ePHI in fuzz targets (foundation/ephi.h): what they read comes from a fuzzer and is
// nobody's.
#pragma once

#include "foundation/ephi.h"

namespace salus::testing {

class EphiTestAccess {
public:
    static EphiAccess access() { return EphiAccess{}; }
};

}  // namespace salus::testing
