// https://hl7.org/fhir/R4/http.html#transaction, of type batch: each entry is a request of its own,
// decided, done, recorded and refused by itself. The pipeline answers them one after the other.
#pragma once

#include <cstddef>

#include "request/prepared.h"

namespace salus::operations {

// An answer whose entries are still to be answered.
[[nodiscard]] request::Prepared batch(std::size_t entries);

}  // namespace salus::operations
