// A page of the index: many index entries as tables, with where each stands. In this form a
// compartment's entries are sealed together, and in this form opened ones are kept in memory.
//
// A page is ePHI. Layout: docs/formats/index-page.md. Thread safety: pure functions.
#pragma once

#include <variant>
#include <vector>

#include "fhir/entry_table.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"

namespace salus::records {

// An entry for a page: by itself, or a row of another page's table. Borrows either.
struct PageRow {
    struct OfTable {
        fhir::EntryTable const* table;
        fhir::EntryTable::Row row;
    };
    Address address;
    std::uint64_t version = 0;
    std::variant<fhir::EntryView, OfTable> entry;

    [[nodiscard]] std::string_view type() const noexcept;
    [[nodiscard]] std::string_view id() const noexcept;
};

// In whatever order. `loaded`: parameters of packages whose values are kept; rows of tables were
// opened with the same. Errc::corrupt: an entry is damaged, or of an unknown type.
[[nodiscard]] Result<Bytes> make_page(std::vector<PageRow> rows,
                                      fhir::LoadedParameters const* loaded = nullptr);

// Address and version of each row of a table. Borrows the page.
struct PagePlaces {
    BytesView addresses;
    BytesView versions;  // fhir/packed_numbers.h

    // REQUIRES: a row of the table.
    [[nodiscard]] Address address(fhir::EntryTable::Row row) const;
    [[nodiscard]] std::uint64_t version(fhir::EntryTable::Row row) const;
};
struct PageTable {
    fhir::EntryTable table;
    PagePlaces places;
};

// In order of type. Borrows both. Errc::corrupt: damaged.
[[nodiscard]] Result<std::vector<PageTable>> open_page(
    BytesView page, fhir::LoadedParameters const* loaded = nullptr);

}  // namespace salus::records
