#include "fhir/search_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "fhir/search_criteria.h"
#include "fhir/search_names.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

using std::string_view;

std::unexpected<Error> refuse(ParameterName parameter, Literal why) {
    return fail(Error{Errc::invalid, why, parameter.location()});
}

// What the definition of a package's parameter restricts its prefixes to.
bool allows_prefix(SearchParameter const* parameter, Criterion const& criterion) {
    if (parameter == nullptr || parameter->loaded == nullptr) return true;
    auto const& loaded = *parameter->loaded;
    if (auto const* date = std::get_if<DateCriterion>(&criterion))
        return loaded.allows(date->prefix);
    if (auto const* number = std::get_if<NumberCriterion>(&criterion))
        return loaded.allows(number->prefix);
    auto const* quantity = std::get_if<QuantityCriterion>(&criterion);
    return quantity == nullptr || loaded.allows(quantity->number.prefix);
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

// The types that a reference leads to and that have this parameter, unless one was named.
std::vector<Type const*> targets_of(SearchParameter const& reference, Type const* named) {
    if (named != nullptr) return {named};
    if (!reference.targets.empty()) return {reference.targets.begin(), reference.targets.end()};
    std::vector<Type const*> all;
    for (auto const& type : resource_types()) all.push_back(&type);
    return all;
}

}  // namespace

Result<void> SearchParser::add(string_view name, string_view value) {
    if (value.empty()) return fail(Errc::invalid, "a search value may not be empty");
    if (value.find('\0') != string_view::npos)
        return fail(Errc::invalid, "a search value may not hold NUL");
    SALUS_TRY(bool const shape, add_shape(name, value));
    if (shape) return {};
    if (query_.clauses_.size() >= limits::kSearchParameters)
        return fail(Errc::too_large, "too many search parameters");
    SALUS_TRY(auto added, clause(query_.type(), name, value, 0));
    query_.clauses_.push_back(std::move(added));
    return {};
}

bool SearchParser::knows(string_view name) const {
    auto const base = name.substr(0, name.find_first_of(":."));
    if (base == "_has" || is_shape(base)) return true;
    auto const known = find_known(query_.type(), base, loaded());
    return known && (known->parameter == nullptr || known->parameter->offered());
}

Result<bool> SearchParser::add_shape(string_view name, string_view value) {
    if (name == "_sort") {
        SALUS_TRY_VOID(add_sort(value));
    } else if (name == "_elements" || name == "fields") {
        SALUS_TRY_VOID(add_elements(value));
    } else if (name.starts_with("_include") || name.starts_with("_revinclude")) {
        SALUS_TRY_VOID(add_include(name, value));
    } else if (name == "_type" && query_.type().kind == TypeKind::any_resource) {
        for (auto const each : split_values(value, ',')) {
            auto const* type = find_resource_type(each);
            if (type == nullptr) return refuse("_type", "unknown resource type");
            query_.types_.push_back(type);
        }
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
    for (auto name : split_values(value, ',')) {
        bool const descending = name.starts_with('-');
        if (descending) name.remove_prefix(1);
        auto const known = find_known(query_.type(), name, loaded());
        if (!known) return refuse("_sort", "unknown search parameter");
        if (!is_sortable(*known))
            return fail(Error{Errc::not_supported, "this parameter cannot be sorted by",
                              known->name.location()});
        if (query_.sort_keys_.size() >= limits::kSortKeys)
            return fail(Errc::too_large, "too many sort keys");
        query_.sort_keys_.push_back({known->name, known->type, descending});
    }
    return {};
}

Result<void> SearchParser::add_elements(string_view value) {
    for (auto const name : split_values(value, ',')) {
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

// Source:parameter:Target, Source:parameter, Source:*, and * for all of the searched type.
Result<void> SearchParser::add_include(string_view name, string_view value) {
    auto const colon = name.find(':');
    auto const base = name.substr(0, colon);
    bool const reverse = base == "_revinclude";
    Literal const label = reverse ? Literal("_revinclude") : Literal("_include");
    if (base != label.text()) return fail(Errc::invalid, "unknown search parameter");
    bool const iterate = colon != string_view::npos && name.substr(colon + 1) == "iterate";
    if (colon != string_view::npos && !iterate) return refuse(label, "unsupported modifier");
    if (query_.includes_.size() >= limits::kIncludes)
        return fail(Errc::too_large, "too many includes");
    Include include{reverse ? IncludeDirection::reverse : IncludeDirection::forward, iterate,
                    &query_.type(), nullptr, nullptr};
    auto const parts = split_values(value, ':');
    bool const wild = parts.size() == 1 && parts[0] == "*" && !reverse;
    if (!wild) {
        if (parts.size() < 2 || parts.size() > 3)
            return refuse(label, "an include is Type:parameter or Type:parameter:Type");
        include.source = find_resource_type(parts[0]);
        if (include.source == nullptr) return refuse(label, "unknown resource type");
        if (parts[1] != "*") {
            include.parameter = TypeParameters(*include.source, loaded()).find(parts[1]);
            bool const follows = include.parameter != nullptr && include.parameter->offered() &&
                                 include.parameter->type == ParameterType::reference;
            if (!follows) return refuse(label, "not a reference parameter of this type");
        }
        if (parts.size() == 3) include.target = find_resource_type(parts[2]);
        if (parts.size() == 3 && include.target == nullptr)
            return refuse(label, "unknown resource type");
    }
    query_.includes_.push_back(include);
    return {};
}

Result<SearchClause> SearchParser::clause(Type const& type, string_view name, string_view value,
                                          std::size_t depth) const {
    if (depth > limits::kChainDepth) return fail(Errc::too_large, "too long a chain");
    if (name.starts_with("_has:")) return has(type, name.substr(5), value, depth);
    if (name.find('.') != string_view::npos) return chain(type, name, value, depth);
    return plain(type, name, value);
}

Result<SearchClause> SearchParser::plain(Type const& type, string_view name,
                                         string_view value) const {
    auto const colon = name.find(':');
    SALUS_TRY(auto const known, find_offered(type, name.substr(0, colon), loaded()));
    SearchClause clause{known.name, known.type, SearchModifier::none, {}};
    CriterionForm form{.type = known.type, .now = now_};
    if (colon != string_view::npos) {
        SALUS_TRY(auto const written, find_modifier(known, name.substr(colon + 1)));
        clause.modifier = written.modifier;
        form.modifier = written.modifier;
        form.target = written.target;
    }
    if (known.type == ParameterType::composite)
        form.components = known.parameter->tuples.front().components;
    auto const alternatives = split_values(value, ',');
    if (alternatives.size() > limits::kSearchValues)
        return fail(Errc::too_large, "too many search values");
    for (auto const written : alternatives) {
        auto one = parse_criterion(form, written);
        if (!one) {
            auto error = std::move(one).error();
            error.where = known.name.location();
            return fail(std::move(error));
        }
        if (!allows_prefix(known.parameter, *one))
            return fail(Errc::not_supported, "the definition does not allow this comparator");
        clause.criteria.push_back(*std::move(one));
    }
    if (clause.modifier == SearchModifier::missing && clause.criteria.size() != 1)
        return refuse(known.name, "missing is true or false");
    return clause;
}

// reference.rest or reference:Type.rest
Result<SearchClause> SearchParser::chain(Type const& type, string_view name, string_view value,
                                         std::size_t depth) const {
    auto const dot = name.find('.');
    auto const head = name.substr(0, dot);
    auto const colon = head.find(':');
    SALUS_TRY(auto const known, find_offered(type, head.substr(0, colon), loaded()));
    if (known.type != ParameterType::reference)
        return refuse(known.name, "only a reference can be followed");
    Type const* named = nullptr;
    if (colon != string_view::npos) {
        named = find_resource_type(head.substr(colon + 1));
        if (named == nullptr) return refuse(known.name, "unknown resource type");
    }
    SearchClause clause{known.name, known.type, SearchModifier::none, {}, ClauseKind::chain};
    auto const rest = name.substr(dot + 1);
    bool const reverse = rest.starts_with("_has:");
    auto const next = rest.substr(0, rest.find_first_of(":."));
    for (auto const* target : targets_of(*known.parameter, named)) {
        // Of several possible types those that do not know the parameter are not meant.
        if (named == nullptr && !reverse && !find_known(*target, next, loaded())) continue;
        if (clause.links.size() >= limits::kChainTargets)
            return refuse(known.name, "name the type that the reference leads to");
        SALUS_TRY(auto followed, this->clause(*target, rest, value, depth + 1));
        ChainLink link{target, {}};
        link.clauses.push_back(std::move(followed));
        clause.links.push_back(std::move(link));
    }
    if (clause.links.empty()) return fail(Errc::invalid, "unknown search parameter");
    return clause;
}

// Type:reference:rest
Result<SearchClause> SearchParser::has(Type const& type, string_view name, string_view value,
                                       std::size_t depth) const {
    auto const first = name.find(':');
    auto const second = first == string_view::npos ? first : name.find(':', first + 1);
    if (second == string_view::npos) return refuse("_has", "_has is _has:Type:reference:parameter");
    auto const* source = find_resource_type(name.substr(0, first));
    if (source == nullptr) return refuse("_has", "unknown resource type");
    SALUS_TRY(auto const known,
              find_offered(*source, name.substr(first + 1, second - first - 1), loaded()));
    if (known.type != ParameterType::reference)
        return refuse("_has", "only a reference can be followed");
    auto const& targets = known.parameter->targets;
    if (!targets.empty() && std::ranges::find(targets, &type) == targets.end())
        return refuse("_has", "this reference does not lead to the searched type");
    SALUS_TRY(auto followed, clause(*source, name.substr(second + 1), value, depth + 1));
    SearchClause clause{known.name, known.type, SearchModifier::none, {}, ClauseKind::has};
    ChainLink link{source, {}};
    link.clauses.push_back(std::move(followed));
    clause.links.push_back(std::move(link));
    return clause;
}

Result<SearchQuery> SearchParser::finish() && {
    if (query_.summary_ == Summary::text && !query_.includes_.empty())
        return refuse("_summary", "text is not offered together with includes");
    return std::move(query_);
}

Result<SearchQuery> SearchQuery::parse(Type const& type, std::span<Parameter const> parameters,
                                       WallTime now, Handling handling,
                                       LoadedParametersPointer loaded) {
    SearchParser parser(type, now, std::move(loaded));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto const& [name, value] = parameters[i];
        if (handling == Handling::lenient && !parser.knows(name)) {
            parser.ignore(i);
            continue;
        }
        SALUS_TRY_VOID(parser.add(name, value));
    }
    return std::move(parser).finish();
}

}  // namespace salus::fhir
