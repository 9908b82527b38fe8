// A record that somebody else keeps for as long as it is used. A request's facts are evaluated
// again and again while it lasts, and counting references to them would cost more than they do.
#pragma once

#include "cedar/value.h"

namespace salus::cedar {

// Owns nothing. REQUIRES: the record outlives whatever it is put into.
[[nodiscard]] inline RecordPointer borrow(Record const& record) {
    return {RecordPointer(), &record};
}
// Likewise names that many records share.
[[nodiscard]] inline ShapePointer borrow(Shape const& shape) {
    return {ShapePointer(), &shape};
}

}  // namespace salus::cedar
