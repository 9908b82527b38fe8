// A paging cursor: the search it continues and how far it came. Clients see it sealed, so it can be
// neither read nor forged, and it works for the client it was given to (MIN-2).
#pragma once

#include <string>

#include "foundation/result.h"

namespace salus::operations {

struct Cursor {
    std::string type;
    std::string patient;  // of a search in a compartment by path; empty otherwise
    std::string query;    // the query string of the first page
    std::string last_id;
    std::size_t shown = 0;
};

[[nodiscard]] std::string encode(Cursor const& cursor);
// Errc::invalid for anything that encode() did not make.
[[nodiscard]] Result<Cursor> decode_cursor(std::string_view text);

}  // namespace salus::operations
