// gzip (RFC 1952), a piece at a time. The only place of the house that sees zlib. Private to the
// room. Thread safety: one thread.
#pragma once

#include <functional>
#include <string_view>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::fhir {

// Calls take(piece) with what comes out, in order; an error of its own ends it. One gzip member,
// nothing behind it. Errc::invalid: damaged; Errc::too_large beyond `bound` bytes.
using TakePiece = std::function<Result<void>(std::string_view)>;
[[nodiscard]] Result<void> gunzip(BytesView compressed, std::size_t bound, TakePiece const& take);

}  // namespace salus::fhir
