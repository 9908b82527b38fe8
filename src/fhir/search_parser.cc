#include "fhir/search_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "fhir/fold.h"
#include "fhir/lexical.h"
#include "fhir/reference.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

using std::string_view;

std::unexpected<Error> refuse(Literal parameter, Literal why) {
    return fail(Error{Errc::invalid, why, Location(parameter)});
}

// Splits at a separator that no backslash escapes (search.html#escaping). Escapes stay.
std::vector<string_view> split(string_view text, char separator) {
    std::vector<string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == separator) {
            parts.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    parts.push_back(text.substr(begin));
    return parts;
}

// Nothing if a backslash stands before another character than , | $ and \ .
std::optional<std::string> unescape(string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
            if (i == text.size() || string_view(",|$\\").find(text[i]) == string_view::npos)
                return std::nullopt;
        }
        out.push_back(text[i]);
    }
    return out;
}

struct Known {
    Literal name;
    ParameterType type;
};

std::optional<Known> find_known(Type const& type, string_view name) {
    if (name == "_id") return Known{"_id", ParameterType::token};
    if (name == "_lastUpdated") return Known{"_lastUpdated", ParameterType::date};
    auto const* parameter = find_search_parameter(type, name);
    if (parameter == nullptr) return std::nullopt;
    return Known{parameter->name, parameter->type};
}

std::optional<SearchModifier> find_modifier(ParameterType type, string_view name) {
    if (name == "missing") return SearchModifier::missing;
    if (type == ParameterType::token && name == "not") return SearchModifier::is_not;
    if (type == ParameterType::string && name == "exact") return SearchModifier::exact;
    if (type == ParameterType::string && name == "contains") return SearchModifier::contains;
    if (type == ParameterType::uri && name == "below") return SearchModifier::below;
    return std::nullopt;
}

Result<Criterion> token(string_view written) {
    auto const parts = split(written, '|');
    if (parts.size() > 2) return fail(Errc::invalid, "a token is system|code");
    TokenCriterion criterion;
    auto code = unescape(parts.back());
    auto system = unescape(parts.front());
    if (!code || !system) return fail(Errc::invalid, "unknown escape in a search value");
    if (parts.size() == 2) criterion.system = std::move(system);
    if (!code->empty()) criterion.code = std::move(code);
    if (!criterion.code && (!criterion.system || criterion.system->empty()))
        return fail(Errc::invalid, "a search value may not be empty");
    return criterion;
}

Result<Criterion> reference(std::string text, Type const* target) {
    if (is_id(text)) {
        if (target == nullptr) return ReferenceCriterion{std::move(text), true};
        return ReferenceCriterion{std::string(target->name.text()) + "/" + text, false};
    }
    auto const local = parse_local_reference(text);
    if (local && (target == nullptr || target == local->type) && local->version.empty())
        return ReferenceCriterion{std::move(text), false};
    if (local || target != nullptr || !is_literal_reference(text) || text.starts_with('#') ||
        text.find('?') != std::string::npos)
        return fail(Errc::invalid, "not a reference to search for");
    return ReferenceCriterion{std::move(text), false};
}

constexpr auto kPrefixes = std::to_array<string_view>(
    {"eq", "ne", "lt", "gt", "le", "ge", "sa", "eb", "ap"});  // in DatePrefix order

std::int64_t saturated_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

// "Approximately" is a tenth of the time between then and now (search.html#prefix).
TimeRange widened(TimeRange range, std::int64_t now) {
    auto const distance = saturated_add(now / 2, -(range.start / 2)) / 5;
    auto const gap = distance < 0 ? -distance : distance;
    return {saturated_add(range.start, -gap), saturated_add(range.end, gap)};
}

template <class Choice>
struct Spelled {
    string_view text;
    Choice choice;
};

template <class Choice, std::size_t Size>
std::optional<Choice> find_choice(std::array<Spelled<Choice>, Size> const& all, string_view text) {
    auto const found = std::ranges::find(all, text, &Spelled<Choice>::text);
    if (found == all.end()) return std::nullopt;
    return found->choice;
}

constexpr auto kSummaries = std::to_array<Spelled<Summary>>({{"false", Summary::no},
                                                             {"true", Summary::yes},
                                                             {"text", Summary::text},
                                                             {"data", Summary::data},
                                                             {"count", Summary::count}});
constexpr auto kTotals = std::to_array<Spelled<Total>>(
    {{"none", Total::none}, {"estimate", Total::estimate}, {"accurate", Total::accurate}});

// A choice is asked for by its base (value) or by one type (valueQuantity).
bool is_named(Element const& element, string_view name) {
    auto const full = element.name.text();
    if (full == name) return true;
    auto const type = element.type->name.text();
    return element.choice != 0 && full.size() == name.size() + type.size() &&
           full.starts_with(name);
}

}  // namespace

Result<void> SearchParser::add(string_view name, string_view value) {
    if (value.empty()) return fail(Errc::invalid, "a search value may not be empty");
    if (value.find('\0') != string_view::npos)
        return fail(Errc::invalid, "a search value may not hold NUL");
    SALUS_TRY(bool const shape, add_shape(name, value));
    if (shape) return {};
    return add_clause(name, value);
}

Result<bool> SearchParser::add_shape(string_view name, string_view value) {
    if (name == "_sort") {
        SALUS_TRY_VOID(add_sort(value));
    } else if (name == "_elements" || name == "fields") {
        SALUS_TRY_VOID(add_elements(value));
    } else if (name == "_count") {
        std::size_t count = 0;
        auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
        if (error != std::errc{} || end != value.data() + value.size())
            return refuse("_count", "not a number of entries");
        query_.count_ = std::min(count, limits::kPageSizeLargest);
    } else if (name == "_summary") {
        auto const summary = find_choice(kSummaries, value);
        if (!summary) return refuse("_summary", "unknown kind of summary");
        query_.summary_ = *summary;
    } else if (name == "_total") {
        auto const total = find_choice(kTotals, value);
        if (!total) return refuse("_total", "unknown kind of total");
        query_.total_ = *total;
    } else if (name == "_format") {
        constexpr auto kJson = std::to_array<string_view>(
            {"json", "application/json", "application/fhir+json", "text/json"});
        if (std::ranges::find(kJson, value) == kJson.end())
            return fail(Errc::not_acceptable, "only JSON is offered");
    } else {
        return false;
    }
    return true;
}

Result<void> SearchParser::add_sort(string_view value) {
    for (auto name : split(value, ',')) {
        bool const descending = name.starts_with('-');
        if (descending) name.remove_prefix(1);
        auto const known = find_known(query_.type(), name);
        if (!known) return refuse("_sort", "unknown search parameter");
        if (query_.sort_keys_.size() >= limits::kSortKeys)
            return fail(Errc::too_large, "too many sort keys");
        query_.sort_keys_.push_back({known->name, known->type, descending});
    }
    return {};
}

Result<void> SearchParser::add_elements(string_view value) {
    for (auto const name : split(value, ',')) {
        bool any = false;
        for (auto const& element : query_.type().elements) {
            if (!is_named(element, name)) continue;
            any = true;
            if (std::ranges::find(query_.elements_, element.name) == query_.elements_.end())
                query_.elements_.push_back(element.name);
        }
        if (!any) return refuse("_elements", "unknown element");
    }
    return {};
}

Result<void> SearchParser::add_clause(string_view name, string_view value) {
    auto const colon = name.find(':');
    auto const known = find_known(query_.type(), name.substr(0, colon));
    if (!known) return fail(Errc::invalid, "unknown search parameter");
    if (query_.clauses_.size() >= limits::kSearchParameters)
        return fail(Errc::too_large, "too many search parameters");
    SearchClause clause{known->name, known->type, SearchModifier::none, {}};
    Type const* target = nullptr;
    if (colon != string_view::npos) {
        auto const modifier = find_modifier(known->type, name.substr(colon + 1));
        if (modifier)
            clause.modifier = *modifier;
        else if (known->type == ParameterType::reference)
            target = find_resource_type(name.substr(colon + 1));
        if (!modifier && target == nullptr) return refuse(known->name, "unsupported modifier");
    }
    auto const alternatives = split(value, ',');
    if (alternatives.size() > limits::kSearchValues)
        return fail(Errc::too_large, "too many search values");
    for (auto const written : alternatives) {
        auto one = criterion(clause, target, written);
        if (!one) {
            auto error = std::move(one).error();
            error.where.prepend(known->name);
            return fail(std::move(error));
        }
        clause.criteria.push_back(*std::move(one));
    }
    if (clause.modifier == SearchModifier::missing && clause.criteria.size() != 1)
        return refuse(known->name, "missing is true or false");
    query_.clauses_.push_back(std::move(clause));
    return {};
}

Result<Criterion> SearchParser::criterion(SearchClause const& clause, Type const* target,
                                          string_view written) const {
    if (written.size() > limits::kIndexTextBytes)
        return fail(Errc::invalid, "a search value is too long");
    if (clause.modifier == SearchModifier::missing) {
        if (written != "true" && written != "false")
            return fail(Errc::invalid, "missing is true or false");
        return written == "true";
    }
    if (clause.type == ParameterType::token) return token(written);
    auto text = unescape(written);
    if (!text) return fail(Errc::invalid, "unknown escape in a search value");
    if (text->empty()) return fail(Errc::invalid, "a search value may not be empty");
    switch (clause.type) {
        case ParameterType::date: return date(*text);
        case ParameterType::reference: return reference(*std::move(text), target);
        case ParameterType::string:
            if (clause.modifier == SearchModifier::exact) return TextCriterion{*std::move(text)};
            if (auto folded = fold(*text); !folded.empty()) return TextCriterion{std::move(folded)};
            return fail(Errc::invalid, "a search value may not be empty");
        case ParameterType::token:
        case ParameterType::uri: return TextCriterion{*std::move(text)};
    }
    return fail(Errc::invalid, "unknown search parameter");
}

Result<Criterion> SearchParser::date(string_view text) const {
    DateCriterion criterion{DatePrefix::eq, {}};
    auto const prefix = std::ranges::find(kPrefixes, text.substr(0, 2));
    if (prefix != kPrefixes.end()) {
        criterion.prefix = static_cast<DatePrefix>(prefix - kPrefixes.begin());
        text.remove_prefix(2);
    }
    auto const parsed = parse_date_time(text);
    if (!parsed) return fail(Errc::invalid, "not a date to search for");
    criterion.range = parsed->range;
    if (criterion.prefix == DatePrefix::ap)
        criterion.range = widened(parsed->range, now_.time_since_epoch().count());
    return criterion;
}

Result<SearchQuery> SearchQuery::parse(Type const& type, std::span<Parameter const> parameters,
                                       WallTime now) {
    SearchParser parser(type, now);
    for (auto const& [name, value] : parameters) SALUS_TRY_VOID(parser.add(name, value));
    return std::move(parser).finish();
}

}  // namespace salus::fhir
