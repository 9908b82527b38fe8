// What decisions are made by beside the request itself: the time, where it comes from, and how the
// caller stands to the patient. Values.
#pragma once

#include <optional>

#include "foundation/clock.h"
#include "request/access_facts.h"
#include "request/place_name.h"

namespace salus::authorization {

struct Circumstances {
    WallTime now;  // what a person's sign-in is measured from
    request::AccessFacts access{};
    // The caller takes part in the care of the patient in whose compartment the request stays.
    bool care_relationship = false;
    // Where the record in question belongs, as a question about the policy states it; nothing: it
    // shows when a record is found, as of every request (Judgement::before_found).
    std::optional<request::PlaceNames> locations{};
};

// What questions about people at work assume of everything that they do not say: a network of the
// organization, noon of a Wednesday, a managed and encrypted device, nothing before.
[[nodiscard]] inline request::AccessFacts at_work() {
    request::AccessFacts access;
    access.network.zone = request::NetworkZone::internal;
    access.local = {.hour = 12, .weekday = 3};
    access.device = {.claimed = true, .managed = true, .encrypted = true};
    return access;
}

}  // namespace salus::authorization
