#include "fhir/search_order.h"

#include <algorithm>
#include <numeric>

#include "foundation/limits.h"

namespace salus::fhir {
namespace {

SortValue next_sort_value(ValueReader& values, bool descending) {
    auto const end_of = [&](NumberValue const& number) {
        return SortValue{true, 0, descending ? number.high : number.low};
    };
    switch (values.type()) {
        case ParameterType::token: return {true, 0, values.token().code};
        case ParameterType::string: return {true, 0, values.string().folded};
        case ParameterType::reference:
        case ParameterType::uri: return {true, 0, values.text()};
        case ParameterType::number: return end_of(values.number());
        case ParameterType::quantity: return end_of(values.quantity().number);
        case ParameterType::date: {
            auto const range = values.date();
            return {true, descending ? range.end : range.start, {}};
        }
        case ParameterType::composite:
        case ParameterType::special: break;
    }
    return {};
}

template <class A, class B>
int compare(A const& a, B const& b) {
    if (a.time != b.time) return a.time < b.time ? -1 : 1;
    return std::string_view(a.text).compare(b.text);
}

// Negative: a comes first.
template <class A, class B>
int compare_for(SortKey const& key, A const& a, B const& b) {
    if (a.present != b.present) return a.present ? -1 : 1;
    auto const order = compare(a, b);
    return key.descending ? -order : order;
}

int compare_names(SearchMatch const& match, std::string_view type, std::string_view id) {
    auto const by_type = match.type().name.text().compare(type);
    return by_type != 0 ? by_type : match.id().compare(id);
}

// The columns that a sort looks at, for the table at hand.
class SortValues {
public:
    explicit SortValues(std::span<SortKey const> keys) : keys_(keys), columns_(keys.size()) {}

    void append(SearchMatch const& match, std::vector<SortValue>& out) {
        if (match.table != table_) prepare(*match.table);
        for (std::size_t i = 0; i < keys_.size(); ++i) out.push_back(value(i, match));
    }

private:
    void prepare(EntryTable const& table) {
        table_ = &table;
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            auto const* parameter = table.parameters().find(keys_[i].name.text());
            columns_[i] = parameter == nullptr ? EntryTable::Column()
                                               : table.column(*parameter, ColumnSide::values);
        }
    }
    [[nodiscard]] SortValue value(std::size_t at, SearchMatch const& match) const {
        auto const& key = keys_[at];
        if (key.name == Literal("_id")) return {true, 0, match.id()};
        if (key.name == Literal("_lastUpdated"))
            return {true, match.table->last_updated(match.row), {}};
        SortValue best;
        auto values = columns_[at].find(match.row);
        while (values && values->left() > 0) {
            auto const value = next_sort_value(*values, key.descending);
            if (!best.present || compare_for(key, value, best) < 0) best = value;
        }
        return best;
    }

    std::span<SortKey const> keys_;
    std::vector<EntryTable::Column> columns_;
    EntryTable const* table_ = nullptr;
};

// Matches with their sort values; places are positions in the given list.
class Order {
public:
    Order(SearchQuery const& query, std::vector<SearchMatch> const& matches)
        : keys_(query.sort_keys()), matches_(matches) {
        if (keys_.empty()) return;
        SortValues values(keys_);
        values_.reserve(keys_.size() * matches.size());
        for (auto const& match : matches) values.append(match, values_);
    }
    // Whether the matches stand in this order as they were given.
    [[nodiscard]] bool is_given() const {
        return keys_.empty() &&
               std::ranges::all_of(matches_,
                                   [&](SearchMatch const& match) {
                                       return match.table == matches_.front().table;
                                   }) &&
               std::ranges::is_sorted(matches_, {}, &SearchMatch::row);
    }
    [[nodiscard]] bool before(std::size_t a, std::size_t b) const {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            auto const order = compare_for(keys_[i], value(a, i), value(b, i));
            if (order != 0) return order < 0;
        }
        auto const& one = matches_[a];
        auto const& other = matches_[b];
        // Rows stand in order of id.
        if (one.table == other.table) return one.row < other.row;
        return compare_names(one, other.type().name.text(), other.id()) < 0;
    }
    [[nodiscard]] bool behind(std::size_t at, SearchPlace const& place) const {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            auto const order = compare_for(keys_[i], value(at, i), place.values[i]);
            if (order != 0) return order > 0;
        }
        return compare_names(matches_[at], place.type, place.id) > 0;
    }
    [[nodiscard]] SearchPlace place(std::size_t at) const {
        SearchPlace place;
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            auto const& held = value(at, i);
            place.values.push_back({held.present, held.time, std::string(held.text)});
        }
        place.type = matches_[at].type().name.text();
        place.id = matches_[at].id();
        return place;
    }

private:
    [[nodiscard]] SortValue const& value(std::size_t at, std::size_t key) const {
        return values_[at * keys_.size() + key];
    }

    std::span<SortKey const> keys_;
    std::vector<SearchMatch> const& matches_;
    std::vector<SortValue> values_;
};

}  // namespace

SearchPage page_of(SearchQuery const& query, std::vector<SearchMatch> matches,
                   SearchPlace const* after, std::size_t count) {
    Order const order(query, matches);
    bool const usable = after == nullptr || after->values.size() == query.sort_keys().size();
    if (!usable) return {};
    std::vector<std::size_t> places(matches.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    auto const stands_before = [&](std::size_t at) { return !order.behind(at, *after); };
    std::span<std::size_t> left(places);
    if (order.is_given()) {
        // One table's rows, as most searches find them: nothing is left to sort.
        auto const first =
            after == nullptr ? left.begin() : std::ranges::partition_point(left, stands_before);
        left = {first, left.end()};
    } else {
        if (after != nullptr) std::erase_if(places, stands_before);
        left = places;
        auto const end = left.begin() + static_cast<std::ptrdiff_t>(std::min(count, left.size()));
        std::ranges::partial_sort(left, end,
                                  [&](std::size_t a, std::size_t b) { return order.before(a, b); });
    }
    auto const shown = left.first(std::min(count, left.size()));
    SearchPage page;
    for (auto const at : shown) page.matches.push_back(matches[at]);
    if (!shown.empty() && shown.size() < left.size()) page.last = order.place(shown.back());
    return page;
}

// u8 values | (u8 present | u64 time | u16 size | text)* | u8 size | type | u8 size | id
std::string encode(SearchPlace const& place) {
    Bytes out{static_cast<std::uint8_t>(place.values.size())};
    for (auto const& value : place.values) {
        out.push_back(value.present ? 1 : 0);
        append_u64(out, static_cast<std::uint64_t>(value.time));
        append_u16(out, static_cast<std::uint16_t>(value.text.size()));
        append(out, bytes_of(value.text));
    }
    for (auto const* text : {&place.type, &place.id}) {
        out.push_back(static_cast<std::uint8_t>(text->size()));
        append(out, bytes_of(*text));
    }
    return std::string(text_of(out));
}

Result<SearchPlace> decode_place(std::string_view text) {
    auto bytes = bytes_of(text);
    bool whole = true;
    auto const take = [&](std::size_t size) {
        whole = whole && bytes.size() >= size;
        auto const part = whole ? bytes.first(size) : BytesView();
        if (whole) bytes = bytes.subspan(size);
        return part;
    };
    auto const number = [&](std::size_t size) {
        std::uint64_t value = 0;
        for (auto const byte : take(size)) value = (value << 8U) | byte;
        return value;
    };
    SearchPlace place;
    auto const count = number(1);
    for (std::uint64_t i = 0; whole && i < count; ++i) {
        SearchPlace::Value value;
        value.present = number(1) == 1;
        value.time = static_cast<std::int64_t>(number(8));
        value.text = text_of(take(number(2)));
        place.values.push_back(std::move(value));
    }
    place.type = text_of(take(number(1)));
    place.id = text_of(take(number(1)));
    if (!whole || !bytes.empty() || count > limits::kSortKeys)
        return fail(Errc::invalid, "the cursor is not one of ours");
    return place;
}

}  // namespace salus::fhir
