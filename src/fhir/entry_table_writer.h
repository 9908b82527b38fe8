// Makes the bytes of an EntryTable, from index entries and from rows of other tables. Holds ePHI.
// Belongs to one thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/entry_table.h"

namespace salus::fhir {

class EntryTableWriter {
public:
    // Of a row the values of parameters that packages bring are kept if it has their stamp.
    explicit EntryTableWriter(Type const& type, LoadedParameters const* loaded = nullptr);

    // REQUIRES: of this type, and behind all that was added in order of id; what they borrow stands
    // until finish(). Errc::corrupt: the entry is damaged.
    [[nodiscard]] Result<void> add(EntryView const& entry);
    // REQUIRES: a table that was opened with the same loaded parameters.
    void add(EntryTable const& table, EntryTable::Row row);
    [[nodiscard]] std::size_t rows() const noexcept { return ids_.size(); }
    // Errc::too_large: more than a table's numbers can tell.
    [[nodiscard]] Result<Bytes> finish() &&;

private:
    using ListNumber = EntryTable::ListNumber;
    // Of one slot, by row; shorter than the rows where the last ones have none.
    using Cells = std::vector<ListNumber>;

    [[nodiscard]] std::size_t stamp_slot() const noexcept { return 2 * parameters_.size(); }
    void add_row(std::string_view id, std::int64_t last_updated);
    void add_list(std::size_t slot, BytesView list);
    void add_loaded(EntryGroup const& group);
    [[nodiscard]] ListNumber number_of(BytesView list);
    // The order in which the columns name the lists: what one column looks at stands together.
    void order_lists();
    [[nodiscard]] std::size_t size_largest() const;
    [[nodiscard]] std::string group_name(std::size_t slot) const;

    TypeParameters parameters_;
    std::span<SearchParameter const> own_;  // those that every entry of the type may have
    std::vector<std::string_view> ids_;
    std::vector<std::int64_t> updated_;
    std::vector<Cells> columns_;  // by slot
    std::vector<BytesView> lists_;
    std::unordered_map<std::string_view, ListNumber> numbers_;
};

}  // namespace salus::fhir
