#include "sign_in/constraint_words.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "fhir/definitions.h"
#include "request/form.h"

namespace salus::sign_in {
namespace {

constexpr std::string_view kIs = "= ";

// At "\," a value does not end (https://hl7.org/fhir/R4/search.html#escaping). No part is left out.
std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts(1);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) {
            parts.back().append(text.substr(at++, 2));
        } else if (text[at] == separator) {
            parts.emplace_back();
        } else {
            parts.back().push_back(text[at]);
        }
    }
    return parts;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        out.push_back(text[at]);
    }
    return out;
}

// CODE, SYSTEM|CODE, |CODE, SYSTEM| (any code of it), and of quantities NUMBER|SYSTEM|UNIT.
std::string without_system(std::string_view value) {
    auto const parts = split(value, '|');
    if (parts.size() == 2)
        return parts[1].empty() ? "any of " + unescaped(parts[0]) : unescaped(parts[1]);
    if (parts.size() == 3 && !parts[2].empty())
        return unescaped(parts[0]) + " " + unescaped(parts[2]);
    return unescaped(parts.front());
}

// Prefixes of dates, numbers and quantities (search.html#prefix).
std::pair<std::string_view, std::string_view> relation_of(std::string_view value) {
    using Word = std::pair<std::string_view, std::string_view>;
    static constexpr std::array kWords{Word{"eq", kIs},           Word{"ne", "other than "},
                                       Word{"gt", "above "},      Word{"lt", "below "},
                                       Word{"ge", "at least "},   Word{"le", "at most "},
                                       Word{"sa", "later than "}, Word{"eb", "earlier than "}};
    auto const known = std::ranges::find(kWords, value.substr(0, 2), &Word::first);
    if (known == kWords.end()) return {kIs, value};
    return {known->second, value.substr(2)};
}

bool has_prefixes(request::Scope const& scope, std::string_view name) {
    auto const* type =
        scope.type == "*" ? fhir::find_type("Resource") : fhir::find_resource_type(scope.type);
    auto const* parameter = type == nullptr ? nullptr : fhir::find_search_parameter(*type, name);
    return parameter != nullptr && (parameter->type == fhir::ParameterType::date ||
                                    parameter->type == fhir::ParameterType::number ||
                                    parameter->type == fhir::ParameterType::quantity);
}

std::string_view relation_of_modifier(std::string_view modifier) {
    if (modifier == "not") return "other than ";
    if (modifier == "below") return "at or below ";
    if (modifier == "above") return "at or above ";
    return kIs;
}

// "category = laboratory or vital-signs", "no category", "date at least 2024-01-01".
std::string in_words(request::Scope const& scope, request::Parameter const& parameter) {
    std::string_view const name = parameter.name;
    auto const colon = name.find(':');
    auto const base = name.substr(0, colon);
    auto const modifier = colon == std::string_view::npos ? "" : name.substr(colon + 1);
    // _tag, _security and the like: of every type.
    std::string out(base.starts_with('_') ? base.substr(1) : base);
    if (modifier == "missing")
        return (parameter.value == "true" ? "no " : "some ") + std::move(out);
    bool const prefixed = has_prefixes(scope, base);
    bool first = true;
    for (auto const& value : split(parameter.value, ',')) {
        auto const [relation, rest] =
            prefixed ? relation_of(value)
                     : std::pair(relation_of_modifier(modifier), std::string_view(value));
        out.append(first ? " " : " or ");
        if (first || (prefixed && relation != kIs)) out.append(relation);
        out.append(without_system(rest));
        first = false;
    }
    return out;
}

}  // namespace

std::string constraint_in_words(request::Scope const& scope) {
    if (scope.constraint.empty()) return {};
    std::string out;
    auto const parameters = request::parse_form(scope.constraint);
    if (!parameters) return "only entries with " + scope.constraint;
    for (auto const& each : *parameters) {
        out.append(out.empty() ? "only entries with " : " and ").append(in_words(scope, each));
    }
    return out;
}

}  // namespace salus::sign_in
