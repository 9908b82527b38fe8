// What the writer and the reader of an EntryTable agree on. Private to the room.
#pragma once

#include "fhir/entry_table.h"

namespace salus::fhir {

// Number `at` of numbers with `width` bytes each, 1, 2 or 4. REQUIRES: it is there.
[[nodiscard]] inline std::uint32_t cell_at(BytesView cells, std::size_t width,
                                           std::size_t at) noexcept {
    auto const* first = cells.data() + width * at;
    if (width == 1) return *first;
    if (width == 2) return std::uint32_t{first[0]} << 8U | first[1];
    return std::uint32_t{first[0]} << 24U | std::uint32_t{first[1]} << 16U |
           std::uint32_t{first[2]} << 8U | first[3];
}

// The column of a parameter's values, or of what its modifiers look at (":of-type", ":identifier"):
// two for each parameter of a type.
[[nodiscard]] constexpr std::size_t slot_at(std::size_t parameter, ColumnSide side) noexcept {
    return 2 * parameter + (side == ColumnSide::beside ? 1 : 0);
}

}  // namespace salus::fhir
