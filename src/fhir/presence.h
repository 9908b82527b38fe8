// Presence programs: what an invariant says when one knows only which elements an object has. They
// are compiled from the invariants' FHIRPath by tools/definitions/presence.mjs.
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>

namespace salus::fhir {

enum class Verdict : std::uint8_t {
    satisfied,
    violated,
    undecided,  // the values must be looked at
};

// `present` has a bit for each slot. REQUIRES: a program of the tables, or an empty one.
[[nodiscard]] Verdict run_presence(std::span<std::uint8_t const> program,
                                   std::uint64_t present) noexcept;

}  // namespace salus::fhir
