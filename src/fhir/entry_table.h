// The entries of one type in one compartment, prepared for searching: in order of id, and for each
// parameter that occurs a column that says where in each entry its values stand. Searching then
// looks at nothing but the values that it asks for.
//
// Borrows the entries' bytes, which are ePHI. Thread safety: immutable.
#pragma once

#include <span>
#include <vector>

#include "fhir/index_entry.h"

namespace salus::fhir {

// What of a parameter is looked at: its values, or what :of-type and :identifier look at.
enum class ColumnSide : std::uint8_t { values, beside };

class EntryTable {
public:
    using Row = std::uint32_t;

    // Where each row's list of values stands; nothing in rows without one.
    class Column {
    public:
        Column() = default;
        [[nodiscard]] std::optional<ValueReader> find(Row row) const noexcept;
        [[nodiscard]] bool has(Row row) const noexcept { return !lists_.empty() && lists_[row]; }

    private:
        friend class EntryTable;
        Column(EntryTable const& table, std::span<std::uint32_t const> lists)
            : table_(&table), lists_(lists) {}
        EntryTable const* table_ = nullptr;
        std::span<std::uint32_t const> lists_;
    };

    // REQUIRES: entries of this type, in order of id. Errc::corrupt if one is damaged.
    [[nodiscard]] static Result<EntryTable> make(Type const& type, std::vector<EntryView> entries);

    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    [[nodiscard]] Row size() const noexcept { return static_cast<Row>(entries_.size()); }
    [[nodiscard]] EntryView const& entry(Row row) const noexcept { return entries_[row]; }
    [[nodiscard]] std::optional<Row> find(std::string_view id) const noexcept;
    // REQUIRES: a parameter of this type's table.
    [[nodiscard]] Column column(SearchParameter const& parameter, ColumnSide side) const noexcept;
    // Of the table itself, beside the entries.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    explicit EntryTable(Type const& type) : type_(&type) {}
    [[nodiscard]] bool add_groups(Row row);
    [[nodiscard]] std::vector<std::uint32_t>& lists_of(std::size_t slot);

    Type const* type_;
    std::vector<EntryView> entries_;
    std::vector<std::uint16_t> places_;                // of a slot's column, from 1; 0: none
    std::vector<std::vector<std::uint32_t>> columns_;  // offset in the entry's groups, from 1
};

}  // namespace salus::fhir
