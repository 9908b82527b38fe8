// What decisions are made by beside the request itself: the time, where it comes from, and how the
// caller stands to the patient. Values.
#pragma once

#include "foundation/clock.h"
#include "request/access_facts.h"

namespace salus::authorization {

struct Circumstances {
    WallTime now;  // what a person's sign-in is measured from
    request::AccessFacts access{};
    // The caller takes part in the care of the patient in whose compartment the request stays.
    bool care_relationship = false;
};

}  // namespace salus::authorization
