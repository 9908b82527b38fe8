// Watches the wall clock beside the monotonic one (AUD-5): their distance stays as it is, unless
// somebody sets the wall clock or it runs at another speed. Microseconds. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "foundation/literal.h"

namespace salus::audit {

class ClockWatch {
public:
    // `last`: the wall clock at the last leaf before this start; 0: there is none. Across a start
    // only a step back can be told, because the monotonic clock may have begun anew.
    explicit ClockWatch(std::int64_t last) : last_(last) {}

    struct Change {
        Literal name;  // "step": since the look before; "drift": slowly, since the change before
        std::int64_t microseconds;
    };
    // Both clocks as they are now. A change of more than a second.
    [[nodiscard]] std::optional<Change> look(std::int64_t wall, std::int64_t monotonic);

private:
    std::int64_t last_;
    bool looked_ = false;
    std::int64_t distance_ = 0;  // of the clocks, at the look before
    std::int64_t base_ = 0;      // at the change before
};

}  // namespace salus::audit
