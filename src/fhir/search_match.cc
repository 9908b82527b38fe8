#include "fhir/search_match.h"

#include <algorithm>
#include <array>

#include "foundation/limits.h"

namespace salus::fhir {
namespace {

bool token_matches(TokenCriterion const& wanted, TokenValue const& value) {
    if (wanted.code && *wanted.code != value.code) return false;
    if (value.implied_system) return wanted.code.has_value();
    return !wanted.system || *wanted.system == value.system;
}

// The number asked for has the precision it is written with where it is to be equal, and is exact
// where it is a border (search.html#number). Values are exact; ranges have two ends.
bool number_matches(NumberCriterion const& wanted, NumberValue const& value) {
    std::string_view const exact = wanted.exact;
    std::string_view const low = wanted.range.low;
    std::string_view const high = wanted.range.high;
    bool const inside = low <= value.low && value.high < high;
    switch (wanted.prefix) {
        case SearchPrefix::eq: return inside;
        case SearchPrefix::ne: return !inside;
        case SearchPrefix::lt: return value.low < exact;
        case SearchPrefix::gt: return value.high > exact;
        case SearchPrefix::le: return value.low <= exact;
        case SearchPrefix::ge: return value.high >= exact;
        case SearchPrefix::sa: return value.low > exact;
        case SearchPrefix::eb: return value.high < exact;
        case SearchPrefix::ap: return value.low <= high && low <= value.high;
    }
    return false;
}

bool quantity_matches(QuantityCriterion const& wanted, QuantityValue const& value) {
    if (wanted.system && *wanted.system != value.system) return false;
    if (wanted.code && *wanted.code != value.code &&
        !(wanted.or_unit && *wanted.code == value.unit))
        return false;
    return number_matches(wanted.number, value.number);
}

bool string_matches(TextCriterion const& wanted, SearchModifier modifier,
                    StringValue const& value) {
    if (modifier == SearchModifier::exact) return value.exact == wanted.text;
    if (modifier == SearchModifier::contains)
        return value.folded.find(wanted.text) != std::string_view::npos;
    return value.folded.starts_with(wanted.text);
}

// An address is found without the version that a canonical one may have
// (references.html#canonical).
bool is_address(std::string_view value, std::string_view wanted) {
    return value.starts_with(wanted) &&
           (value.size() == wanted.size() || value[wanted.size()] == '|');
}

bool reference_matches(ReferenceCriterion const& wanted, std::string_view value) {
    if (!wanted.id_only) return is_address(value, wanted.text);
    auto const slash = value.find('/');
    return slash != std::string_view::npos && value.substr(slash + 1) == wanted.text;
}

// Whether `path` is `root` or stands under it (search.html#uri).
bool stands_under(std::string_view path, std::string_view root) {
    return path.starts_with(root) &&
           (path.size() == root.size() || root.ends_with('/') || path[root.size()] == '/');
}

bool uri_matches(TextCriterion const& wanted, SearchModifier modifier, std::string_view value) {
    if (is_address(value, wanted.text)) return true;
    if (modifier == SearchModifier::below) return stands_under(value, wanted.text);
    return modifier == SearchModifier::above && !value.empty() && stands_under(wanted.text, value);
}

// Criterion kinds follow from the parameter's type: parse_criterion() made them so.
template <class Wanted, class Matches>
bool any_criterion(std::span<Criterion const> criteria, Matches matches) {
    return std::ranges::any_of(criteria, [&](Criterion const& criterion) {
        auto const* wanted = std::get_if<Wanted>(&criterion);
        return wanted != nullptr && matches(*wanted);
    });
}

bool any_matches(std::span<Criterion const> criteria, SearchModifier modifier, ValueReader values);

bool tuple_matches(CompositeCriterion const& wanted, std::span<ValueReader const> components) {
    if (wanted.components.size() != components.size()) return false;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (components[i].type() != wanted.components[i].type) return false;
        if (!any_matches(wanted.components[i].one, SearchModifier::none, components[i]))
            return false;
    }
    return true;
}

bool next_tuple_matches(std::span<Criterion const> criteria, ValueReader& values) {
    ValueReader const none(ParameterType::token, 0, {});
    static_assert(limits::kSearchComponents == 3);
    std::array<ValueReader, limits::kSearchComponents> held{none, none, none};
    auto const count = values.tuple();
    if (count == 0 || count > held.size()) return false;
    for (std::size_t i = 0; i < count; ++i) held.at(i) = values.component();
    auto const components = std::span(held).first(count);
    return any_criterion<CompositeCriterion>(criteria, [&](CompositeCriterion const& wanted) {
        return tuple_matches(wanted, components);
    });
}

bool next_matches(std::span<Criterion const> criteria, SearchModifier modifier,
                  ValueReader& values) {
    switch (values.type()) {
        case ParameterType::token:
            return any_criterion<TokenCriterion>(criteria,
                                                 [value = values.token()](auto const& wanted) {
                                                     return token_matches(wanted, value);
                                                 });
        case ParameterType::date:
            return any_criterion<DateCriterion>(criteria,
                                                [value = values.date()](auto const& wanted) {
                                                    return date_matches(wanted, value);
                                                });
        case ParameterType::string:
            return any_criterion<TextCriterion>(
                criteria, [modifier, value = values.string()](auto const& wanted) {
                    return string_matches(wanted, modifier, value);
                });
        case ParameterType::reference:
            return any_criterion<ReferenceCriterion>(criteria,
                                                     [value = values.text()](auto const& wanted) {
                                                         return reference_matches(wanted, value);
                                                     });
        case ParameterType::uri:
            return any_criterion<TextCriterion>(
                criteria, [modifier, value = values.text()](auto const& wanted) {
                    return uri_matches(wanted, modifier, value);
                });
        case ParameterType::number:
            return any_criterion<NumberCriterion>(criteria,
                                                  [value = values.number()](auto const& wanted) {
                                                      return number_matches(wanted, value);
                                                  });
        case ParameterType::quantity:
            return any_criterion<QuantityCriterion>(
                criteria, [value = values.quantity()](auto const& wanted) {
                    return quantity_matches(wanted, value);
                });
        case ParameterType::composite: return next_tuple_matches(criteria, values);
        case ParameterType::special: break;
    }
    return false;
}

bool any_matches(std::span<Criterion const> criteria, SearchModifier modifier, ValueReader values) {
    while (values.left() > 0) {
        if (next_matches(criteria, modifier, values)) return true;
    }
    return false;
}

}  // namespace

bool any_value_matches(SearchClause const& clause, ValueReader values) noexcept {
    return any_matches(clause.criteria, clause.modifier, values);
}

bool any_value_matches(SearchClause const& clause, BytesView list) noexcept {
    auto const values = values_of(list);
    return values && any_value_matches(clause, *values);
}

bool id_matches(SearchClause const& clause, std::string_view id) noexcept {
    return any_criterion<TokenCriterion>(clause.criteria, [&](TokenCriterion const& wanted) {
        return token_matches(wanted, {{}, id, true});
    });
}

bool time_matches(SearchClause const& clause, std::int64_t last_updated) noexcept {
    return any_criterion<DateCriterion>(clause.criteria, [&](DateCriterion const& wanted) {
        return date_matches(wanted, {last_updated, last_updated + 1});
    });
}

}  // namespace salus::fhir
