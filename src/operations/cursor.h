// A paging cursor: the search it continues and the place in its order that it came to. Clients see
// it sealed, so it can be neither read nor forged, and it works for the client it was given to
// (MIN-2).
#pragma once

#include <string>

#include "foundation/result.h"

namespace salus::operations {

struct Cursor {
    std::string type;
    std::string patient;  // of a search in a compartment by path; empty otherwise
    std::string query;    // what the first page applied, as a query string
    std::string place;    // fhir::encode of the last match's place
};

[[nodiscard]] std::string encode(Cursor const& cursor);
// Errc::invalid for anything that encode() did not make.
[[nodiscard]] Result<Cursor> decode_cursor(std::string_view text);

}  // namespace salus::operations
