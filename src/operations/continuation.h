// Where a history or $everything goes on. Clients see it sealed, as the cursor of a search
// (cursor.h): it can be neither read nor forged, and works for the client it was given to (MIN-2).
#pragma once

#include <string>

#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus::operations {

struct Continuation {
    Literal kind;  // "history", "everything"
    std::string type;
    std::string id;
    std::string query;     // the query string of the first page
    std::string position;  // behind this version; behind this Type/id
};

[[nodiscard]] std::string encode(Continuation const& continuation);
// Errc::invalid for anything that encode() did not make, or made of another kind or resource.
[[nodiscard]] Result<Continuation> decode_continuation(std::string_view text, Literal kind,
                                                       std::string_view type, std::string_view id);

}  // namespace salus::operations
