#include "fhir/entry_table.h"

#include <numeric>

#include "fhir/packed_numbers.h"

namespace salus::fhir {
namespace {

// Takes so many bytes from the front; nothing, and the rest with it, if they are not there.
class Taker {
public:
    explicit Taker(BytesView bytes) : rest_(bytes) {}
    BytesView take(std::uint64_t size) {
        if (size > rest_.size()) {
            whole_ = false;
            rest_ = {};
            return {};
        }
        auto const part = rest_.first(static_cast<std::size_t>(size));
        rest_ = rest_.subspan(static_cast<std::size_t>(size));
        return part;
    }
    std::uint8_t byte() {
        auto const part = take(1);
        return part.empty() ? std::uint8_t{0} : part[0];
    }
    std::uint16_t number16() {
        auto const part = take(2);
        return part.empty() ? std::uint16_t{0} : read_u16(part);
    }
    std::uint32_t number32() {
        auto const part = take(4);
        return part.empty() ? 0 : read_u32(part);
    }
    BytesView packed(std::size_t count) {
        auto const size = packed_size(rest_, count);
        return take(size ? *size : std::uint64_t{rest_.size()} + 1);
    }
    [[nodiscard]] bool whole() const noexcept { return whole_; }
    [[nodiscard]] bool finished() const noexcept { return whole_ && rest_.empty(); }

private:
    BytesView rest_;
    bool whole_ = true;
};

constexpr Literal kDamagedTable = "a table of index entries is damaged";
constexpr std::size_t kEndBytes = 4;

std::uint32_t last_of(BytesView ends) {
    return ends.empty() ? 0 : read_u32(ends.last(kEndBytes));
}

}  // namespace

// Nothing if the type has no such parameter.
std::optional<std::size_t> EntryTable::slot_of(std::string_view group) const noexcept {
    if (is_stamp(group, parameters_.stamp())) return stamp_slot();
    if (group.starts_with(kStampMark)) return std::nullopt;
    auto const colon = group.find(':');
    auto const side = colon == std::string_view::npos ? ColumnSide::values : ColumnSide::beside;
    auto name = group.substr(0, colon);
    if (name.starts_with(kLoadedMark)) {
        name.remove_prefix(1);
        auto const position = parameters_.find_loaded(name);
        return position ? std::optional(slot_at(*position, side)) : std::nullopt;
    }
    auto const* found = find_search_parameter(*type_, name);
    if (found == nullptr) return std::nullopt;
    return slot_at(parameters_.position(*found), side);
}

Result<EntryTable> EntryTable::open(Type const& type, BytesView bytes,
                                    LoadedParameters const* loaded) {
    EntryTable table(type, loaded);
    Taker taker(bytes);
    table.rows_ = taker.number32();
    table.list_count_ = taker.number32();
    auto const columns = taker.number16();
    // An id has at least one byte, so there are no more rows than bytes.
    bool const one_size = taker.byte() == 0;
    table.id_ends_ = taker.take(one_size ? kEndBytes : std::uint64_t{kEndBytes} * table.rows_);
    auto const id_size = last_of(table.id_ends_);
    if (one_size && id_size == 0) return fail(Errc::corrupt, kDamagedTable);
    table.list_ends_ = taker.take(std::uint64_t{kEndBytes} * table.list_count_);
    table.updated_ = taker.packed(table.rows_);
    table.places_.resize(table.stamp_slot() + 1);
    for (std::uint16_t i = 0; taker.whole() && i < columns; ++i) {
        auto const name = text_of(taker.take(taker.byte()));
        auto const width = taker.byte();
        if (width > 4 || width == 3) break;
        auto const cells = taker.take(width == 0 ? 4 : std::uint64_t{width} * table.rows_);
        // Definitions that no longer have the parameter do not ask for it.
        if (auto const slot = table.slot_of(name)) table.places_[*slot] = {cells, width};
    }
    table.ids_ = taker.take(one_size ? std::uint64_t{id_size} * table.rows_ : id_size);
    table.lists_ = taker.take(last_of(table.list_ends_));
    if (!taker.finished()) return fail(Errc::corrupt, kDamagedTable);
    return table;
}

std::optional<ValueReader> EntryTable::Column::find(Row row) const noexcept {
    auto const number = list(row);
    return number == 0 ? std::nullopt : table_->values(number);
}

std::optional<ValueReader> EntryTable::values(ListNumber list) const noexcept {
    return list == 0 ? std::nullopt : values_of(list_bytes(list));
}

std::vector<EntryTable::Row> EntryTable::rows() const {
    std::vector<Row> all(rows_);
    std::iota(all.begin(), all.end(), Row{0});
    if (!hidden_.empty()) std::erase_if(all, [&](Row row) { return hidden_[row]; });
    return all;
}

std::size_t EntryTable::bytes() const noexcept {
    return places_.size() * sizeof(Place) + hidden_.size() / 8;
}

void EntryTable::hide(Row row) {
    if (hidden_.empty()) hidden_.resize(rows_);
    hidden_[row] = true;
}

std::string_view EntryTable::id(Row row) const noexcept {
    // Of a single row the size is the end.
    if (id_ends_.size() > kEndBytes) return text_of(part_of(ids_, id_ends_, row));
    std::size_t const size = cell_at(id_ends_, kEndBytes, 0);
    return text_of(ids_.subspan(size * row, size));
}

std::int64_t EntryTable::last_updated(Row row) const noexcept {
    return static_cast<std::int64_t>(packed_at(updated_, row));
}

std::optional<EntryTable::Row> EntryTable::find(std::string_view id) const noexcept {
    Row begin = 0;
    for (Row end = rows_; begin < end;) {
        auto const middle = begin + (end - begin) / 2;
        if (this->id(middle) < id) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    bool const found = begin < rows_ && this->id(begin) == id;
    if (!found || (!hidden_.empty() && hidden_[begin])) return std::nullopt;
    return begin;
}

EntryTable::Column EntryTable::column(SearchParameter const& parameter,
                                      ColumnSide side) const noexcept {
    return column_at(slot_at(parameters_.position(parameter), side));
}

bool EntryTable::is_current(Row row) const noexcept {
    return parameters_.stamp().empty() || column_at(stamp_slot()).has(row);
}

EntryTable::Column EntryTable::column_at(std::size_t slot) const noexcept {
    Column column;
    column.table_ = this;
    column.cells_ = places_[slot].cells;
    column.width_ = places_[slot].width;
    return column;
}

}  // namespace salus::fhir
