// What two policies decide of one request, and what changes for who asked. Pure functions, any
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/replayed_request.h"
#include "authorization/decide.h"

namespace salus::admin {

enum class Change : std::uint8_t {
    none,
    gain,  // permitted after and not before; or more fields, or a wider reach, and nothing less
    loss,  // refused after and not before; or fewer fields, or a narrower reach
    care_decides,  // one of these or none, as the caller takes part in the patient's care or not
};

struct Comparison {
    Change change = Change::none;
    bool agrees = false;  // `before` is what the log says
    authorization::Decision before;
    authorization::Decision after;
    // Permitted before and after. Elements of the type; of the history of the system "Type.element"
    // and "Type.*". Sorted.
    std::vector<std::string> fields_gained;
    std::vector<std::string> fields_lost;
    // care_decides: above is what the log makes likely (care where it was permitted), and this is
    // what `next` decides otherwise.
    std::optional<authorization::Decision> otherwise{};
};

// Whether the caller cares for the patient is not in the log. Where `now` decides as recorded only
// with, or only without, that is known; else both are tried.
[[nodiscard]] Comparison compare(authorization::Policy const& now,
                                 authorization::Policy const& next, ReplayedRequest const& request);

}  // namespace salus::admin
