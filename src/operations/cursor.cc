#include "operations/cursor.h"

#include "foundation/bytes.h"
#include "request/form.h"

namespace salus::operations {

std::string encode(Cursor const& cursor) {
    return "type=" + request::percent_encode(cursor.type) +
           "&patient=" + request::percent_encode(cursor.patient) +
           "&query=" + request::percent_encode(cursor.query) +
           "&place=" + to_base64url(bytes_of(cursor.place)) + "&v=2";
}

Result<Cursor> decode_cursor(std::string_view text) {
    SALUS_TRY(auto const parts, request::parse_form(text));
    auto const type = request::single(parts, "type");
    auto const patient = request::single(parts, "patient");
    auto const query = request::single(parts, "query");
    auto const place = request::single(parts, "place");
    auto decoded = place ? from_base64url(*place) : std::nullopt;
    bool const current = request::single(parts, "v") == "2";
    if (!type || !patient || !query || !decoded || !current)
        return fail(Errc::invalid, "the cursor is not one of ours");
    Cursor cursor{std::string(*type), std::string(*patient), std::string(*query),
                  std::string(text_of(*decoded))};
    // A cursor has one spelling.
    if (encode(cursor) != text) return fail(Errc::invalid, "the cursor is not one of ours");
    return cursor;
}

}  // namespace salus::operations
