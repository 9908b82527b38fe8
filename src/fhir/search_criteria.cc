#include "fhir/search_criteria.h"

#include <algorithm>
#include <array>
#include <limits>

#include "fhir/fold.h"
#include "fhir/lexical.h"
#include "fhir/reference.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

using std::string_view;

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

// The parts between unescaped bars; nothing if one has an unknown escape.
std::optional<std::vector<std::string>> bar_parts(string_view written) {
    std::vector<std::string> parts;
    for (auto const part : split_values(written, '|')) {
        auto text = unescape(part);
        if (!text) return std::nullopt;
        parts.push_back(*std::move(text));
    }
    return parts;
}

Result<Criterion> token(string_view written) {
    auto parts = bar_parts(written);
    if (!parts) return fail(Errc::invalid, "unknown escape in a search value");
    if (parts->size() > 2) return fail(Errc::invalid, "a token is system|code");
    TokenCriterion criterion;
    if (parts->size() == 2) criterion.system = std::move(parts->front());
    if (!parts->back().empty()) criterion.code = std::move(parts->back());
    if (!criterion.code && (!criterion.system || criterion.system->empty()))
        return fail(Errc::invalid, "a search value may not be empty");
    return criterion;
}

// As index_values.cc writes it.
Result<Criterion> identifier_type(string_view written) {
    auto parts = bar_parts(written);
    if (!parts) return fail(Errc::invalid, "unknown escape in a search value");
    if (parts->size() != 3 || parts->at(1).empty() || parts->at(2).empty())
        return fail(Errc::invalid, "of-type takes system|code|value");
    TokenCriterion criterion;
    if (!parts->at(0).empty()) criterion.system = std::move(parts->at(0));
    criterion.code = parts->at(1) + '\0' + parts->at(2);
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
    {"eq", "ne", "lt", "gt", "le", "ge", "sa", "eb", "ap"});  // in SearchPrefix order

SearchPrefix take_prefix(string_view& text) {
    auto const prefix = std::ranges::find(kPrefixes, text.substr(0, 2));
    if (prefix == kPrefixes.end()) return SearchPrefix::eq;
    text.remove_prefix(2);
    return static_cast<SearchPrefix>(prefix - kPrefixes.begin());
}

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

Result<Criterion> date(string_view text, std::int64_t now) {
    DateCriterion criterion{take_prefix(text), {}};
    auto const parsed = parse_date_time(text);
    if (!parsed) return fail(Errc::invalid, "not a date to search for");
    criterion.range = parsed->range;
    if (criterion.prefix == SearchPrefix::ap) criterion.range = widened(parsed->range, now);
    return criterion;
}

Result<NumberCriterion> number(string_view text) {
    NumberCriterion criterion{take_prefix(text), {}, {}};
    auto exact = decimal_key(text);
    auto range =
        criterion.prefix == SearchPrefix::ap ? approximate_range(text) : implied_range(text);
    if (!exact || !range) return fail(Errc::invalid, "not a number to search for");
    criterion.exact = *std::move(exact);
    criterion.range = *std::move(range);
    return criterion;
}

Result<Criterion> quantity(string_view written) {
    auto parts = bar_parts(written);
    if (!parts) return fail(Errc::invalid, "unknown escape in a search value");
    if (parts->size() != 1 && parts->size() != 3)
        return fail(Errc::invalid, "a quantity is number|system|code");
    QuantityCriterion criterion{};
    SALUS_TRY(criterion.number, number(parts->front()));
    if (parts->size() == 1) return criterion;
    if (!parts->at(1).empty()) criterion.system = std::move(parts->at(1));
    if (!parts->at(2).empty()) criterion.code = std::move(parts->at(2));
    criterion.or_unit = !criterion.system;
    return criterion;
}

Result<Criterion> composite(CriterionForm const& form, string_view written) {
    auto const parts = split_values(written, '$');
    if (parts.size() != form.components.size())
        return fail(Errc::invalid, "a composite has one value for each component, with $ between");
    CompositeCriterion criterion;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const type = form.components[i].type;
        SALUS_TRY(auto one, parse_criterion({.type = type, .now = form.now}, parts[i]));
        ComponentCriterion component{type, {}};
        component.one.push_back(std::move(one));
        criterion.components.push_back(std::move(component));
    }
    return criterion;
}

Result<Criterion> text(CriterionForm const& form, std::string text) {
    bool const whole = form.type == ParameterType::uri || form.modifier == SearchModifier::exact;
    if (whole) return TextCriterion{std::move(text)};
    auto folded = fold(text);
    if (folded.empty()) return fail(Errc::invalid, "a search value may not be empty");
    return TextCriterion{std::move(folded)};
}

}  // namespace

std::vector<string_view> split_values(string_view text, char separator) {
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

Result<Criterion> parse_criterion(CriterionForm const& form, string_view written) {
    if (written.size() > limits::kIndexTextBytes)
        return fail(Errc::invalid, "a search value is too long");
    if (form.modifier == SearchModifier::missing) {
        if (written != "true" && written != "false")
            return fail(Errc::invalid, "missing is true or false");
        return written == "true";
    }
    if (form.modifier == SearchModifier::of_type) return identifier_type(written);
    bool const is_token =
        form.type == ParameterType::token || form.modifier == SearchModifier::identifier;
    if (is_token) return token(written);
    if (form.type == ParameterType::composite) return composite(form, written);
    if (form.type == ParameterType::quantity) return quantity(written);
    auto plain = unescape(written);
    if (!plain) return fail(Errc::invalid, "unknown escape in a search value");
    if (plain->empty()) return fail(Errc::invalid, "a search value may not be empty");
    switch (form.type) {
        case ParameterType::date: return date(*plain, form.now);
        case ParameterType::number: return number(*plain);
        case ParameterType::reference: return reference(*std::move(plain), form.target);
        case ParameterType::string:
        case ParameterType::uri: return text(form, *std::move(plain));
        case ParameterType::token:
        case ParameterType::quantity:
        case ParameterType::composite:
        case ParameterType::special: break;
    }
    return fail(Errc::invalid, "unknown search parameter");
}

}  // namespace salus::fhir
