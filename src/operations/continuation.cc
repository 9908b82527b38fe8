#include "operations/continuation.h"

#include "request/form.h"

namespace salus::operations {

std::string encode(Continuation const& continuation) {
    return "kind=" + std::string(continuation.kind.text()) +
           "&type=" + request::percent_encode(continuation.type) +
           "&id=" + request::percent_encode(continuation.id) +
           "&query=" + request::percent_encode(continuation.query) +
           "&position=" + request::percent_encode(continuation.position);
}

Result<Continuation> decode_continuation(std::string_view text, Literal kind, std::string_view type,
                                         std::string_view id) {
    SALUS_TRY(auto const parts, request::parse_form(text));
    Continuation continuation{kind, std::string(type), std::string(id), {}, {}};
    continuation.query = request::single(parts, "query").value_or("");
    continuation.position = request::single(parts, "position").value_or("");
    // One spelling: of this kind, of this resource, with nothing else in it.
    if (continuation.position.empty() || encode(continuation) != text) {
        return fail(Errc::invalid, "the cursor is not one of ours");
    }
    return continuation;
}

}  // namespace salus::operations
