#include "fhir/entry_table.h"

#include <algorithm>

namespace salus::fhir {
namespace {

// Walks the parameters of a type beside the groups of an entry: both are in order of name.
class ParameterWalk {
public:
    explicit ParameterWalk(Type const& type) : parameters_(type.search_parameters) {}
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

}  // namespace

std::optional<ValueReader> EntryTable::Column::find(Row row) const noexcept {
    if (!has(row)) return std::nullopt;
    return values_of(table_->entries_[row].groups().subspan(lists_[row] - 1));
}

Result<EntryTable> EntryTable::make(Type const& type, std::vector<EntryView> entries) {
    EntryTable table(type);
    table.entries_ = std::move(entries);
    table.places_.assign(2 * type.search_parameters.size(), 0);
    for (Row row = 0; row < table.size(); ++row) {
        if (!table.add_groups(row)) return fail(Errc::corrupt, "index entry is damaged");
    }
    return table;
}

std::vector<std::uint32_t>& EntryTable::lists_of(std::size_t slot) {
    if (places_[slot] == 0) {
        columns_.emplace_back(entries_.size(), 0);
        places_[slot] = static_cast<std::uint16_t>(columns_.size());
    }
    return columns_[places_[slot] - 1U];
}

bool EntryTable::add_groups(Row row) {
    auto const groups = entries_[row].groups();
    ParameterWalk walk(*type_);
    EntryGroup group;
    for (auto rest = groups; !rest.empty();) {
        if (!take_group(rest, group)) return false;
        auto const colon = group.name.find(':');
        auto const position = walk.find(group.name.substr(0, colon));
        if (!position) continue;
        auto const slot = 2 * *position + (colon == std::string_view::npos ? 0 : 1);
        auto const offset = static_cast<std::size_t>(group.values.data() - groups.data());
        lists_of(slot)[row] = static_cast<std::uint32_t>(offset) + 1;
    }
    return true;
}

std::optional<EntryTable::Row> EntryTable::find(std::string_view id) const noexcept {
    auto const found = std::ranges::lower_bound(entries_, id, {}, &EntryView::id);
    if (found == entries_.end() || found->id() != id) return std::nullopt;
    return static_cast<Row>(found - entries_.begin());
}

EntryTable::Column EntryTable::column(SearchParameter const& parameter,
                                      ColumnSide side) const noexcept {
    auto const position = static_cast<std::size_t>(&parameter - type_->search_parameters.data());
    auto const place = places_[2 * position + (side == ColumnSide::beside ? 1 : 0)];
    if (place == 0) return {};
    return {*this, columns_[place - 1U]};
}

std::size_t EntryTable::bytes() const noexcept {
    auto const rows = entries_.size();
    return rows * sizeof(EntryView) + columns_.size() * rows * sizeof(std::uint32_t) +
           places_.size() * sizeof(std::uint16_t);
}

}  // namespace salus::fhir
