#include "fhir/loaded_values.h"

#include <algorithm>
#include <array>

#include "fhir/loaded_parameters.h"

namespace salus::fhir {
namespace {

using std::string_view;

constexpr auto kToken =
    std::to_array<string_view>({"boolean", "code", "id", "string", "uri", "Coding",
                                "CodeableConcept", "Identifier", "ContactPoint"});
constexpr auto kDate =
    std::to_array<string_view>({"date", "dateTime", "instant", "Period", "Timing"});
constexpr auto kString = std::to_array<string_view>({"string", "markdown", "HumanName", "Address"});
constexpr auto kReference =
    std::to_array<string_view>({"Reference", "canonical", "uri", "url", "oid", "uuid"});
constexpr auto kUri = std::to_array<string_view>({"canonical", "uri", "url", "oid", "uuid"});
constexpr auto kNumber =
    std::to_array<string_view>({"integer", "unsignedInt", "positiveInt", "decimal", "Range"});
constexpr auto kQuantity = std::to_array<string_view>(
    {"Quantity", "Age", "Count", "Distance", "Duration", "Money", "Range"});

std::span<string_view const> elements_of(ParameterType type) {
    switch (type) {
        case ParameterType::token: return kToken;
        case ParameterType::date: return kDate;
        case ParameterType::string: return kString;
        case ParameterType::reference: return kReference;
        case ParameterType::uri: return kUri;
        case ParameterType::number: return kNumber;
        case ParameterType::quantity: return kQuantity;
        case ParameterType::composite:
        case ParameterType::special: break;
    }
    return {};
}

}  // namespace

bool is_searched_as(Type const& element, ParameterType type) noexcept {
    auto const names = elements_of(type);
    return std::ranges::find(names, element.name.text()) != names.end();
}

LoadedValues::LoadedValues(json::Value resource) : root_(fhirpath::Item::resource(resource)) {}

ValueWriter LoadedValues::find(SearchParameter const& parameter) {
    ValueWriter values(parameter.type);
    if (!root_) return values;
    if (parameter.type == ParameterType::composite) {
        add_places(values, parameter);
    } else {
        add_values(values, *parameter.loaded->values, *root_);
    }
    return values;
}

void LoadedValues::add_values(ValueWriter& values, fhirpath::Expression const& expression,
                              fhirpath::Item const& focus) {
    auto context = fhirpath::Context::of(*root_);
    context.focus = focus;
    context.unresolved = fhirpath::Unresolved::typed;
    auto const items = evaluator_.evaluate(expression, context);
    if (!items) return;
    for (auto const& item : *items) {
        bool const truth = item.kind() == fhirpath::ItemKind::boolean;
        if (truth && values.type() == ParameterType::token) values.add_truth(item.boolean());
        if (!item.is_element() || !item.has_value() || item.type() == nullptr) continue;
        if (!is_searched_as(*item.type(), values.type())) continue;
        values.add(item.value(), SearchPath{{}, item.type(), nullptr, 0, {}, {}});
    }
}

void LoadedValues::add_places(ValueWriter& values, SearchParameter const& parameter) {
    auto context = fhirpath::Context::of(*root_);
    context.unresolved = fhirpath::Unresolved::typed;
    auto const found = evaluator_.evaluate(*parameter.loaded->values, context);
    if (!found) return;
    // The next evaluation takes them back; elements stand in the document.
    std::vector<fhirpath::Item> const places(found->begin(), found->end());
    auto const& types = parameter.tuples.front().components;
    for (auto const& place : places) {
        if (!place.is_element()) continue;
        std::vector<ValueWriter> components;
        for (std::size_t i = 0; i < types.size(); ++i) {
            auto& component = components.emplace_back(types[i].type);
            add_values(component, *parameter.loaded->components[i], place);
        }
        values.add_tuple(components);
    }
}

}  // namespace salus::fhir
