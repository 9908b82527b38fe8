// What a client of administration sent, as JSON. Belongs to the parser's thread.
#pragma once

#include <cstddef>

#include "foundation/literal.h"
#include "foundation/result.h"
#include "json/document.h"
#include "request/exchange.h"

namespace salus::admin {

struct ContentBound {
    std::size_t bytes;
    Literal why;  // what the error says
};

// Errc::too_large above the bound; Errc::invalid: no JSON.
[[nodiscard]] Result<json::Document> content_of(json::Parser& parser,
                                                request::Exchange const& exchange,
                                                ContentBound const& most);
// Bounded by what the server takes at all.
[[nodiscard]] Result<json::Document> content_of(json::Parser& parser,
                                                request::Exchange const& exchange);

}  // namespace salus::admin
