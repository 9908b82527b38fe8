// The entries of one type, prepared for searching: in order of id, with a column for each parameter
// that occurs. Equal lists of values stand in the table once and have a number; a column holds for
// each row the number of its list. So a search looks at each different list once, and at contiguous
// bytes.
//
// A table is a view of bytes that EntryTableWriter made and that are ePHI. Layout:
// docs/formats/index-page.md. Bytes that are damaged read as rows without values or texts, never
// from beyond the table. Thread safety: immutable once its rows are hidden.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>
#include <vector>

#include "fhir/index_entry.h"
#include "fhir/loaded_parameters.h"

namespace salus::fhir {

// What of a parameter is looked at: its values, or what :of-type and :identifier look at.
enum class ColumnSide : std::uint8_t { values, beside };

// In one load, which reading byte by byte is not. REQUIRES: the number's bytes are there.
template <std::unsigned_integral Number>
[[nodiscard]] Number big_endian(std::uint8_t const* bytes) noexcept {
    Number number = 0;
    std::memcpy(&number, bytes, sizeof number);
    return std::endian::native == std::endian::big ? number : std::byteswap(number);
}

// Number `at` of big-endian numbers with `width` bytes each, 1, 2 or 4; 0: one number of 4 bytes
// that is every one of them. REQUIRES: it is there.
[[nodiscard]] inline std::uint32_t cell_at(BytesView cells, std::size_t width,
                                           std::size_t at) noexcept {
    auto const* const first = cells.data() + width * at;
    if (width == 1) return *first;
    if (width == 2) return big_endian<std::uint16_t>(first);
    return big_endian<std::uint32_t>(first);
}

// The part of a whole that ends at the given of several ends; empty where they are damaged.
// REQUIRES: that end is there.
[[nodiscard]] inline BytesView part_of(BytesView whole, BytesView ends, std::size_t at) noexcept {
    auto const begin = at == 0 ? 0 : cell_at(ends, 4, at - 1);
    auto const end = cell_at(ends, 4, at);
    if (begin > end || end > whole.size()) return {};
    return {whole.data() + begin, end - begin};
}

class EntryTable {
public:
    using Row = std::uint32_t;
    // Of a list of values, from 1; 0: the row has none.
    using ListNumber = std::uint32_t;

    // The list of values of each row.
    class Column {
    public:
        Column() = default;
        [[nodiscard]] ListNumber list(Row row) const noexcept {
            if (cells_.empty()) return 0;
            auto const number = cell_at(cells_, width_, row);
            return number <= table_->list_count_ ? number : 0;
        }
        [[nodiscard]] bool has(Row row) const noexcept { return list(row) != 0; }
        // Calls `use` with what list() is, as one function for each width of cells: for loops over
        // many rows.
        template <class Use>
        void with_lists(Use use) const {
            bool const same = cells_.empty() || width_ == 0;
            if (same) return use([number = list(0)](Row) { return number; });
            auto const of_width = [this](auto width) {
                return [cells = cells_, count = table_->list_count_](Row row) {
                    auto const number = cell_at(cells, decltype(width)::value, row);
                    return number <= count ? number : 0;
                };
            };
            if (width_ == 1) return use(of_width(std::integral_constant<std::size_t, 1>()));
            if (width_ == 2) return use(of_width(std::integral_constant<std::size_t, 2>()));
            use(of_width(std::integral_constant<std::size_t, 4>()));
        }
        [[nodiscard]] std::optional<ValueReader> find(Row row) const noexcept;

    private:
        friend class EntryTable;
        EntryTable const* table_ = nullptr;
        BytesView cells_;
        std::uint8_t width_ = 0;  // bytes of a cell: 1, 2 or 4; 0: one of 4 stands for all rows
    };

    // Borrows the bytes, and the parameters that packages bring (nullptr: none). Errc::corrupt:
    // they are no table.
    [[nodiscard]] static Result<EntryTable> open(Type const& type, BytesView bytes,
                                                 LoadedParameters const* loaded = nullptr);

    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    [[nodiscard]] TypeParameters const& parameters() const noexcept { return parameters_; }
    // Rows and different lists in the table, hidden ones included.
    [[nodiscard]] Row size() const noexcept { return rows_; }
    [[nodiscard]] ListNumber lists() const noexcept { return list_count_; }
    // Rows that are searched, in order.
    [[nodiscard]] std::vector<Row> rows() const;
    // A hidden row is neither in rows() nor found.
    void hide(Row row);

    [[nodiscard]] std::string_view id(Row row) const noexcept;
    // Nanoseconds since the Unix epoch.
    [[nodiscard]] std::int64_t last_updated(Row row) const noexcept;
    [[nodiscard]] std::optional<Row> find(std::string_view id) const noexcept;
    // Whether the row has the values of all parameters(); those of packages may have changed since
    // it was made. Such a row is not to be searched: its resource has to be indexed again.
    [[nodiscard]] bool is_current(Row row) const noexcept;
    // REQUIRES: one of parameters().
    [[nodiscard]] Column column(SearchParameter const& parameter, ColumnSide side) const noexcept;
    // Of the table itself, beside the bytes that it looks into.
    [[nodiscard]] std::size_t bytes() const noexcept;
    // Nothing for number 0.
    [[nodiscard]] std::optional<ValueReader> values(ListNumber list) const noexcept;
    // As values_of() reads them; empty where the table is damaged. REQUIRES: 1 to lists().
    [[nodiscard]] BytesView list_bytes(ListNumber list) const noexcept {
        return part_of(lists_, list_ends_, list - 1);
    }

private:
    friend class EntryTableWriter;
    // The column of a parameter's values, or of what its modifiers look at: two for each of
    // parameters(), and behind them that of the stamp.
    [[nodiscard]] static constexpr std::size_t slot_at(std::size_t parameter,
                                                       ColumnSide side) noexcept {
        return 2 * parameter + (side == ColumnSide::beside ? 1 : 0);
    }
    [[nodiscard]] std::optional<std::size_t> slot_of(std::string_view group) const noexcept;
    [[nodiscard]] std::size_t stamp_slot() const noexcept { return 2 * parameters_.size(); }
    struct Place {
        BytesView cells;
        std::uint8_t width = 0;
    };
    EntryTable(Type const& type, LoadedParameters const* loaded)
        : type_(&type), parameters_(type, loaded) {}
    [[nodiscard]] Column column_at(std::size_t slot) const noexcept;

    Type const* type_;
    TypeParameters parameters_;
    Row rows_ = 0;
    ListNumber list_count_ = 0;
    BytesView id_ends_;  // one for each row, or the size that each id has
    BytesView list_ends_;
    BytesView updated_;  // packed_numbers.h
    BytesView ids_;
    BytesView lists_;
    std::vector<Place> places_;  // by slot
    std::vector<bool> hidden_;   // empty: none
};

// Lists that were looked at, by number: what came of it is found once for each.
class ListVerdicts {
public:
    explicit ListVerdicts(EntryTable const& table) : verdicts_(table.lists() + std::size_t{1}) {}
    template <class Decide>
    [[nodiscard]] bool of(EntryTable::ListNumber list, Decide decide) {
        auto& verdict = verdicts_[list];
        if (verdict == Verdict::unknown) verdict = decide() ? Verdict::yes : Verdict::no;
        return verdict == Verdict::yes;
    }

private:
    enum class Verdict : std::uint8_t { unknown, no, yes };
    std::vector<Verdict> verdicts_;
};

}  // namespace salus::fhir
