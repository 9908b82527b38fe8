// Inside the room: opens everything of a restored instance as the server would, and tells numbers.
#pragma once

#include <cstdint>

#include "app/instance.h"

namespace salus::app {

struct Opened {
    std::uint64_t compartments = 0;  // whose index was opened
    std::uint64_t versions = 0;      // of resources, decrypted and authenticated
    // Documents that only their own route can name (clients, replay guards), and versions that were
    // erased or whose name was: their keys are there, and nobody was asked to open them.
    std::uint64_t unnamed = 0;
    std::uint64_t unreadable = 0;  // did not open: the backup is not good
};

// Of all tenants. Nothing opened leaves the call. Errors of the store; what does not open is
// counted.
[[nodiscard]] Result<Opened> open_every_record(Instance& instance);

}  // namespace salus::app
