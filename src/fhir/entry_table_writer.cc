#include "fhir/entry_table_writer.h"

#include <algorithm>
#include <limits>

#include "fhir/packed_numbers.h"

namespace salus::fhir {
namespace {

constexpr std::size_t kLargestNumber = std::numeric_limits<std::uint32_t>::max();

// Walks the parameters of a type beside the groups of an entry: both are in order of name.
class ParameterWalk {
public:
    explicit ParameterWalk(std::span<SearchParameter const> parameters) : parameters_(parameters) {}
    // The position of the parameter; nothing if the definitions no longer have it.
    std::optional<std::size_t> find(std::string_view name) noexcept {
        while (at_ < parameters_.size() && parameters_[at_].name.text() < name) ++at_;
        if (at_ < parameters_.size() && parameters_[at_].name.text() == name) return at_;
        return std::nullopt;
    }

private:
    std::span<SearchParameter const> parameters_;
    std::size_t at_ = 0;
};

std::uint8_t width_for(std::uint32_t largest) {
    if (largest <= std::numeric_limits<std::uint8_t>::max()) return 1;
    return largest <= std::numeric_limits<std::uint16_t>::max() ? 2 : 4;
}

void append_cell(Bytes& out, std::uint8_t width, std::uint32_t number) {
    if (width == 1) {
        out.push_back(static_cast<std::uint8_t>(number));
    } else if (width == 2) {
        append_u16(out, static_cast<std::uint16_t>(number));
    } else {
        append_u32(out, number);
    }
}

void append_ends(Bytes& out, auto const& parts) {
    std::size_t end = 0;
    for (auto const& part : parts) append_u32(out, static_cast<std::uint32_t>(end += part.size()));
}

// Ids that are made by us are of one size, which is told once.
void append_id_ends(Bytes& out, std::span<std::string_view const> ids) {
    auto const size = ids.empty() ? 1 : ids.front().size();
    bool const one_size = size > 0 && std::ranges::all_of(ids, [size](std::string_view const id) {
                              return id.size() == size;
                          });
    out.push_back(one_size ? 0 : 4);
    if (one_size) {
        append_u32(out, static_cast<std::uint32_t>(size));
    } else {
        append_ends(out, ids);
    }
}

void append_times(Bytes& out, std::span<std::int64_t const> times) {
    std::vector<std::uint64_t> numbers;
    numbers.reserve(times.size());
    for (auto const time : times) numbers.push_back(static_cast<std::uint64_t>(time));
    append_packed(out, numbers);
}

// Where all rows have one list it is told once.
void append_column(Bytes& out, std::span<std::uint32_t const> cells) {
    auto const [least, most] = std::ranges::minmax(cells);
    auto const width = least == most ? std::uint8_t{0} : width_for(most);
    out.push_back(width);
    if (width == 0) return append_u32(out, most);
    for (auto const cell : cells) append_cell(out, width, cell);
}

std::size_t size_of(auto const& parts) {
    std::size_t size = 0;
    for (auto const& part : parts) size += part.size();
    return size;
}

}  // namespace

EntryTableWriter::EntryTableWriter(Type const& type, LoadedParameters const* loaded)
    : parameters_(type, loaded),
      own_(type.search_parameters),
      columns_(2 * parameters_.size() + 1) {}

void EntryTableWriter::add_row(std::string_view id, std::int64_t last_updated) {
    ids_.push_back(id);
    updated_.push_back(last_updated);
}

void EntryTableWriter::add_list(std::size_t slot, BytesView list) {
    auto& cells = columns_[slot];
    cells.resize(ids_.size());
    cells.back() = number_of(list);
}

EntryTable::ListNumber EntryTableWriter::number_of(BytesView list) {
    auto const next = static_cast<ListNumber>(lists_.size() + 1);
    auto const [place, added] = numbers_.try_emplace(text_of(list), next);
    if (added) lists_.push_back(list);
    return place->second;
}

Result<void> EntryTableWriter::add(EntryView const& entry) {
    add_row(entry.id(), entry.last_updated());
    ParameterWalk walk(own_);
    bool current = false;
    EntryGroup group;
    for (auto rest = entry.groups(); !rest.empty();) {
        if (!take_group(rest, group)) return fail(Errc::corrupt, "index entry is damaged");
        // Those of packages come first, and before all others their stamp.
        if (is_stamp(group.name, parameters_.stamp())) {
            current = true;
            add_list(stamp_slot(), group.values);
        }
        if (group.name.starts_with(kLoadedMark) && current) add_loaded(group);
        if (group.name.starts_with(kLoadedMark) || group.name.starts_with(kStampMark)) continue;
        auto const colon = group.name.find(':');
        auto const position = walk.find(group.name.substr(0, colon));
        if (!position) continue;
        auto const side = colon == std::string_view::npos ? ColumnSide::values : ColumnSide::beside;
        add_list(EntryTable::slot_at(*position, side), group.values);
    }
    return {};
}

void EntryTableWriter::add_loaded(EntryGroup const& group) {
    auto const colon = group.name.find(':');
    auto const position = parameters_.find_loaded(group.name.substr(1, colon - 1));
    if (!position) return;
    auto const side = colon == std::string_view::npos ? ColumnSide::values : ColumnSide::beside;
    add_list(EntryTable::slot_at(*position, side), group.values);
}

void EntryTableWriter::add(EntryTable const& table, EntryTable::Row row) {
    add_row(table.id(row), table.last_updated(row));
    auto const slots = table.is_current(row) ? columns_.size() : 2 * own_.size();
    for (std::size_t slot = 0; slot < slots; ++slot) {
        auto const number = table.column_at(slot).list(row);
        if (number != 0) add_list(slot, table.list_bytes(number));
    }
}

void EntryTableWriter::order_lists() {
    std::vector<ListNumber> renumbered(lists_.size() + 1, 0);
    std::vector<BytesView> ordered;
    ordered.reserve(lists_.size());
    for (auto& cells : columns_) {
        for (auto& cell : cells) {
            auto& number = renumbered[cell];
            if (cell != 0 && number == 0) {
                ordered.push_back(lists_[cell - 1]);
                number = static_cast<ListNumber>(ordered.size());
            }
            cell = number;
        }
    }
    lists_ = std::move(ordered);
}

std::string EntryTableWriter::group_name(std::size_t slot) const {
    if (slot == stamp_slot()) return stamp_group(parameters_.stamp());
    auto const& parameter = parameters_.at(slot / 2);
    auto name = std::string(parameter.loaded == nullptr ? "" : kLoadedMark);
    name += parameter.name.text();
    if (slot % 2 == 0) return name;
    return name + (parameter.type == ParameterType::reference ? ":identifier" : ":of-type");
}

// What the bytes take at most. Reserved, so that no copy of a part stays behind when they grow.
std::size_t EntryTableWriter::size_largest() const {
    constexpr std::size_t kHead = 4 + 4 + 2 + 1 + 4;
    constexpr std::size_t kOfColumn = 1 + std::numeric_limits<std::uint8_t>::max() + 1;
    auto const columns = static_cast<std::size_t>(
        std::ranges::count_if(columns_, [](Cells const& cells) { return !cells.empty(); }));
    return kHead + ids_.size() * 4 + packed_size_largest(ids_.size()) + lists_.size() * 4 +
           columns * (kOfColumn + ids_.size() * 4) + size_of(ids_) + size_of(lists_);
}

Result<Bytes> EntryTableWriter::finish() && {
    order_lists();
    if (std::max({ids_.size(), lists_.size(), size_of(ids_), size_of(lists_)}) >= kLargestNumber)
        return fail(Errc::too_large, "too many index entries for one table");
    Bytes out;
    out.reserve(size_largest());
    append_u32(out, static_cast<std::uint32_t>(ids_.size()));
    append_u32(out, static_cast<std::uint32_t>(lists_.size()));
    append_u16(out, static_cast<std::uint16_t>(std::ranges::count_if(
                        columns_, [](Cells const& cells) { return !cells.empty(); })));
    append_id_ends(out, ids_);
    append_ends(out, lists_);
    append_times(out, updated_);
    for (std::size_t slot = 0; slot < columns_.size(); ++slot) {
        auto& cells = columns_[slot];
        if (cells.empty()) continue;
        cells.resize(ids_.size());
        auto const name = group_name(slot);
        out.push_back(static_cast<std::uint8_t>(name.size()));
        append(out, bytes_of(name));
        append_column(out, cells);
    }
    for (auto const id : ids_) append(out, bytes_of(id));
    for (auto const list : lists_) append(out, list);
    return out;
}

}  // namespace salus::fhir
