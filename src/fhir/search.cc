#include "fhir/search.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::fhir {
namespace {

bool token_matches(TokenCriterion const& wanted, TokenValue const& value) {
    if (wanted.code && *wanted.code != value.code) return false;
    if (value.implied_system) return wanted.code.has_value();
    return !wanted.system || *wanted.system == value.system;
}

// search.html#prefix, on ranges [start, end).
bool date_matches(DateCriterion const& wanted, TimeRange const& value) {
    auto const [start, end] = wanted.range;
    bool const inside = start <= value.start && value.end <= end;
    switch (wanted.prefix) {
        case DatePrefix::eq: return inside;
        case DatePrefix::ne: return !inside;
        case DatePrefix::lt: return value.start < start;
        case DatePrefix::gt: return value.end > end;
        case DatePrefix::le: return value.start < start || inside;
        case DatePrefix::ge: return value.end > end || inside;
        case DatePrefix::sa: return value.start >= end;
        case DatePrefix::eb: return value.end <= start;
        case DatePrefix::ap: return value.start < end && start < value.end;
    }
    return false;
}

bool string_matches(TextCriterion const& wanted, SearchModifier modifier,
                    StringValue const& value) {
    if (modifier == SearchModifier::exact) return value.exact == wanted.text;
    if (modifier == SearchModifier::contains)
        return value.folded.find(wanted.text) != std::string_view::npos;
    return value.folded.starts_with(wanted.text);
}

bool reference_matches(ReferenceCriterion const& wanted, std::string_view value) {
    if (!wanted.id_only) return value == wanted.text;
    auto const slash = value.find('/');
    return slash != std::string_view::npos && value.substr(slash + 1) == wanted.text;
}

// :below: the address itself or one under it (search.html#uri).
bool uri_matches(TextCriterion const& wanted, SearchModifier modifier, std::string_view value) {
    if (value == wanted.text) return true;
    return modifier == SearchModifier::below && value.starts_with(wanted.text) &&
           (wanted.text.ends_with('/') || value[wanted.text.size()] == '/');
}

// Criterion kinds follow from the parameter's type: SearchParser made them so.
template <class Wanted, class Value, class Matches>
bool any_criterion(SearchClause const& clause, Value const& value, Matches matches) {
    return std::ranges::any_of(clause.criteria, [&](Criterion const& criterion) {
        auto const* wanted = std::get_if<Wanted>(&criterion);
        return wanted != nullptr && matches(*wanted, value);
    });
}

bool next_value_matches(SearchClause const& clause, ValueReader& values) {
    switch (clause.type) {
        case ParameterType::token:
            return any_criterion<TokenCriterion>(clause, values.token(), token_matches);
        case ParameterType::date:
            return any_criterion<DateCriterion>(clause, values.date(), date_matches);
        case ParameterType::string:
            return any_criterion<TextCriterion>(
                clause, values.string(),
                [&](TextCriterion const& wanted, StringValue const& value) {
                    return string_matches(wanted, clause.modifier, value);
                });
        case ParameterType::reference:
            return any_criterion<ReferenceCriterion>(clause, values.text(), reference_matches);
        case ParameterType::uri:
            return any_criterion<TextCriterion>(
                clause, values.text(), [&](TextCriterion const& wanted, std::string_view value) {
                    return uri_matches(wanted, clause.modifier, value);
                });
    }
    return false;
}

bool any_value_matches(SearchClause const& clause, EntryView const& entry) {
    if (clause.name == Literal("_id"))
        return any_criterion<TokenCriterion>(clause, TokenValue{{}, entry.id(), true},
                                             token_matches);
    if (clause.name == Literal("_lastUpdated"))
        return any_criterion<DateCriterion>(
            clause, TimeRange{entry.last_updated(), entry.last_updated() + 1}, date_matches);
    auto values = entry.find(clause.name.text());
    if (!values || values->type() != clause.type) return false;
    while (values->left() > 0) {
        if (next_value_matches(clause, *values)) return true;
    }
    return false;
}

bool has_value(SearchClause const& clause, EntryView const& entry) {
    return clause.name == Literal("_id") || clause.name == Literal("_lastUpdated") ||
           entry.find(clause.name.text()).has_value();
}

bool clause_matches(SearchClause const& clause, EntryView const& entry) {
    if (clause.modifier == SearchModifier::missing)
        return std::get<bool>(clause.criteria.front()) != has_value(clause, entry);
    bool const found = any_value_matches(clause, entry);
    return clause.modifier == SearchModifier::is_not ? !found : found;
}

// What an entry is sorted by: the least value when ascending, the greatest when descending.
struct SortValue {
    bool present = false;
    std::int64_t time = 0;
    std::string_view text;
};

SortValue next_sort_value(ValueReader& values, bool descending) {
    switch (values.type()) {
        case ParameterType::token: return {true, 0, values.token().code};
        case ParameterType::string: return {true, 0, values.string().folded};
        case ParameterType::reference:
        case ParameterType::uri: return {true, 0, values.text()};
        case ParameterType::date: {
            auto const range = values.date();
            return {true, descending ? range.end : range.start, {}};
        }
    }
    return {};
}

bool less(SortValue const& a, SortValue const& b) {
    return a.time != b.time ? a.time < b.time : a.text < b.text;
}

SortValue sort_value(SortKey const& key, EntryView const& entry) {
    if (key.name == Literal("_id")) return {true, 0, entry.id()};
    if (key.name == Literal("_lastUpdated")) return {true, entry.last_updated(), {}};
    SortValue best;
    auto values = entry.find(key.name.text());
    while (values && values->left() > 0) {
        auto const value = next_sort_value(*values, key.descending);
        bool const better =
            !best.present || (key.descending ? less(best, value) : less(value, best));
        if (better) best = value;
    }
    return best;
}

}  // namespace

SearchQuery::SearchQuery(Type const& type) : type_(&type), count_(limits::kPageSize) {}

bool SearchQuery::matches(EntryView const& entry) const noexcept {
    return entry.type() == type_->name.text() &&
           std::ranges::all_of(
               clauses_, [&](SearchClause const& clause) { return clause_matches(clause, entry); });
}

bool SearchQuery::before(EntryView const& a, EntryView const& b) const noexcept {
    for (auto const& key : sort_keys_) {
        auto const left = sort_value(key, a);
        auto const right = sort_value(key, b);
        if (left.present != right.present) return left.present;
        if (less(left, right)) return !key.descending;
        if (less(right, left)) return key.descending;
    }
    return a.id() < b.id();
}

}  // namespace salus::fhir
