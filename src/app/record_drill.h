// Inside the room: opens everything of a restored instance as the server would, and tells numbers.
#pragma once

#include <cstdint>

#include "app/instance.h"

namespace salus::app {

struct Opened {
    std::uint64_t compartments = 0;  // whose index was opened
    std::uint64_t versions = 0;      // of all documents, decrypted and authenticated
    // Versions that were erased or whose name was, and documents of the identity compartment that
    // are older than their names: their keys are there, and nobody was asked to open them.
    std::uint64_t unnamed = 0;
    std::uint64_t unreadable = 0;  // did not open: the backup is not good
};

// Of all tenants. Nothing opened leaves the call. Errors of the store; what does not open is
// counted.
[[nodiscard]] Result<Opened> open_every_record(Instance& instance);

}  // namespace salus::app
