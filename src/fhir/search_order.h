// The order of a search's matches (https://hl7.org/fhir/R4/search.html#sort), and places in it that
// a cursor can hold: the sort values and the id of an entry, so that the place stands even when
// that entry is changed or gone.
//
// Strict: the sort keys, then type and id. An entry without a value comes last in either direction.
// Thread safety: values.
#pragma once

#include <string>
#include <vector>

#include "fhir/search.h"

namespace salus::fhir {

// Borrows the table.
struct SearchMatch {
    EntryTable const* table;
    EntryTable::Row row;

    [[nodiscard]] Type const& type() const noexcept { return table->type(); }
    [[nodiscard]] std::string_view id() const noexcept { return table->id(row); }
};

// What an entry is sorted by: the least value when ascending, the greatest when descending.
struct SortValue {
    bool present = false;
    std::int64_t time = 0;
    std::string_view text;
};

// An owned place in the order. Holds ePHI.
struct SearchPlace {
    struct Value {
        bool present = false;
        std::int64_t time = 0;
        std::string text;
    };
    std::vector<Value> values;  // one for each sort key
    std::string type;
    std::string id;
};

// One page of the matches.
struct SearchPage {
    std::vector<SearchMatch> matches;
    std::optional<SearchPlace> last;  // of the last match, when more follow
};

// The first `count` matches behind `after`, in order; the others are not sorted.
[[nodiscard]] SearchPage page_of(SearchQuery const& query, std::vector<SearchMatch> matches,
                                 SearchPlace const* after, std::size_t count);

// For a cursor. Errc::invalid for anything that encode() did not make.
[[nodiscard]] std::string encode(SearchPlace const& place);
[[nodiscard]] Result<SearchPlace> decode_place(std::string_view text);

}  // namespace salus::fhir
