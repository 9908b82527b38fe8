// Places between the durable steps of a job at which a test stops it, as a crash would: what was
// durable by then stays, and nothing that follows happens. Passed in at construction; without one
// a job never stops. Thread safety: as the job that reaches them.
#pragma once

#include "foundation/result.h"

namespace salus {

class FaultPoints {
public:
    virtual ~FaultPoints() = default;
    // An error stops the job: it returns the error at once and tidies nothing up.
    [[nodiscard]] virtual Result<void> reach(Literal point) = 0;
};

[[nodiscard]] inline Result<void> reach(FaultPoints* points, Literal point) {
    return points == nullptr ? Result<void>() : points->reach(point);
}

}  // namespace salus
