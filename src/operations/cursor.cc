#include "operations/cursor.h"

#include <charconv>

#include "request/form.h"

namespace salus::operations {

std::string encode(Cursor const& cursor) {
    return "type=" + request::percent_encode(cursor.type) +
           "&patient=" + request::percent_encode(cursor.patient) +
           "&query=" + request::percent_encode(cursor.query) +
           "&last=" + request::percent_encode(cursor.last_id) +
           "&shown=" + std::to_string(cursor.shown);
}

Result<Cursor> decode_cursor(std::string_view text) {
    SALUS_TRY(auto const parts, request::parse_form(text));
    auto const type = request::single(parts, "type");
    auto const patient = request::single(parts, "patient");
    auto const query = request::single(parts, "query");
    auto const last = request::single(parts, "last");
    auto const shown = request::single(parts, "shown");
    Cursor cursor;
    bool const whole =
        type && patient && query && last && shown &&
        std::from_chars(shown->data(), shown->data() + shown->size(), cursor.shown).ec ==
            std::errc();
    if (!whole) return fail(Errc::invalid, "the cursor is not one of ours");
    cursor.type = *type;
    cursor.patient = *patient;
    cursor.query = *query;
    cursor.last_id = *last;
    // A cursor has one spelling.
    if (encode(cursor) != text) return fail(Errc::invalid, "the cursor is not one of ours");
    return cursor;
}

}  // namespace salus::operations
