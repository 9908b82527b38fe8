// For tests of rooms that do not link audit_controls/: makes the Receipts and RecordedIntents that
// only it can make. DO NOT include in a program that links audit_controls/: its class has this
// name.
#pragma once

#include "request/disclosable.h"

namespace salus::audit_controls {

class Gate {
public:
    static request::Receipt receipt(std::uint64_t leaf, RequestId const& request) {
        return {leaf, request};
    }
    static request::RecordedIntent intent(std::uint64_t leaf) {
        return request::RecordedIntent(leaf);
    }
};

}  // namespace salus::audit_controls

namespace salus::testing {

inline request::Receipt make_receipt(std::uint64_t leaf, RequestId const& request) {
    return audit_controls::Gate::receipt(leaf, request);
}
inline request::RecordedIntent make_recorded_intent() {
    return audit_controls::Gate::intent(0);
}

}  // namespace salus::testing
