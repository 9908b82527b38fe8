#include "fhir/packages/parameter_reader.h"

#include <algorithm>
#include <array>

#include "fhir/fhirpath/expression_use.h"
#include "fhir/loaded_values.h"
#include "fhir/parameter_type_code.h"
#include "fhir/profiles/profile.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

using fhirpath::ExpressionUse;
using std::string_view;

// By these a request says whose data it asks for, or is looked up across patients: what they find
// decides where is searched, so only FHIR's own definitions of them count.
constexpr auto kReserved = std::to_array<string_view>({"patient", "subject", "identifier"});
constexpr std::size_t kCodeBytes = 64;
// In this order a component of a composite is taken for the first type that fits.
constexpr auto kComponentTypes = std::to_array<ParameterType>(
    {ParameterType::quantity, ParameterType::date, ParameterType::number, ParameterType::reference,
     ParameterType::token, ParameterType::string, ParameterType::uri});

template <class Choice>
struct Spelled {
    string_view text;
    Choice choice;
};
constexpr auto kModifiers =
    std::to_array<Spelled<SearchModifier>>({{"missing", SearchModifier::missing},
                                            {"exact", SearchModifier::exact},
                                            {"contains", SearchModifier::contains},
                                            {"not", SearchModifier::is_not},
                                            {"below", SearchModifier::below},
                                            {"above", SearchModifier::above},
                                            {"identifier", SearchModifier::identifier},
                                            {"ofType", SearchModifier::of_type}});
constexpr auto kPrefixes = std::to_array<Spelled<SearchPrefix>>({{"eq", SearchPrefix::eq},
                                                                 {"ne", SearchPrefix::ne},
                                                                 {"lt", SearchPrefix::lt},
                                                                 {"gt", SearchPrefix::gt},
                                                                 {"le", SearchPrefix::le},
                                                                 {"ge", SearchPrefix::ge},
                                                                 {"sa", SearchPrefix::sa},
                                                                 {"eb", SearchPrefix::eb},
                                                                 {"ap", SearchPrefix::ap}});

std::vector<std::string> texts_of(json::Value parent, string_view name) {
    std::vector<std::string> texts;
    auto const list = parent.member(name);
    if (!list || !list->is_array()) return texts;
    for (auto const each : list->elements()) {
        if (each.is_string()) texts.emplace_back(each.text());
    }
    return texts;
}

// Nothing if the definition does not say. Words that are not known allow nothing.
template <class Choice, std::size_t Size>
std::optional<std::vector<Choice>> allowed(json::Value root, string_view name,
                                           std::array<Spelled<Choice>, Size> const& known) {
    auto const words = texts_of(root, name);
    if (words.empty()) return std::nullopt;
    std::vector<Choice> choices;
    for (auto const& [text, choice] : known) {
        if (std::ranges::find(words, text) != words.end()) choices.push_back(choice);
    }
    return choices;
}

std::optional<ParameterType> type_of(string_view code) {
    for (auto type = ParameterType::token; type < ParameterType::special;
         type = static_cast<ParameterType>(static_cast<int>(type) + 1)) {
        if (code_of(type) == code) return type;
    }
    return std::nullopt;
}

// What a search can write without escapes, and what no name of FHIR's own begins with.
bool is_code(string_view code) {
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !code.empty() && code.size() <= kCodeBytes && letter(code.front()) &&
           std::ranges::all_of(code, [&](char c) {
               return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

std::vector<Type const*> types_of_base(string_view base) {
    if (auto const* type = find_resource_type(base)) return {type};
    bool const domain = base == "DomainResource";
    std::vector<Type const*> types;
    if (base != "Resource" && !domain) return types;
    for (auto const& type : resource_types()) {
        auto const name = type.name.text();
        bool const bare = name == "Bundle" || name == "Binary" || name == "Parameters";
        if (!domain || !bare) types.push_back(&type);
    }
    return types;
}

bool any_searched_as(ExpressionUse const& use, ParameterType type) {
    return (use.gives_truth && type == ParameterType::token) ||
           std::ranges::any_of(use.types,
                               [&](Type const* each) { return is_searched_as(*each, type); });
}

// Elements that a part reads; once one of them cannot be told, none can.
void add_elements(std::optional<std::vector<Literal>>& all, ExpressionUse const& use) {
    if (!all || !use.elements) {
        all.reset();
        return;
    }
    for (auto const element : *use.elements) {
        if (std::ranges::find(*all, element) == all->end()) all->push_back(element);
    }
}

Result<std::vector<Type const*>> targets_of(json::Value root) {
    std::vector<Type const*> targets;
    for (auto const& name : texts_of(root, "target")) {
        auto const* type = find_resource_type(name);
        if (type == nullptr) return fail(Errc::invalid, "its target is no resource type");
        targets.push_back(type);
    }
    return targets;
}

}  // namespace

Result<ReadParameters> ParameterReader::read(std::span<Package const> packages,
                                             DefinitionDigest digest) {
    ParameterReader reader;
    for (auto const& package : packages) {
        for (auto const& text : package.search_parameters) {
            if (reader.documents_.size() >= limits::kDefinitions)
                return fail(Errc::too_large, "too many definitions");
            SALUS_TRY(auto document, reader.parser_.parse(text));
            reader.documents_.push_back(std::move(document));
        }
    }
    for (auto const& document : reader.documents_) {
        auto const url = document.root().text_member("url");
        if (url) reader.by_url_.try_emplace(*url, document.root());
    }
    for (auto const& document : reader.documents_) SALUS_TRY_VOID(reader.add(document.root()));
    ReadParameters read;
    if (!reader.parameters_.empty())
        read.parameters =
            std::make_shared<LoadedParameters const>(std::move(reader.parameters_), digest);
    read.report = std::make_shared<ParameterReport const>(std::move(reader.report_));
    return read;
}

Result<void> ParameterReader::add(json::Value root) {
    Definition definition{.root = root,
                          .url = root.text_member("url").value_or(""),
                          .code = root.text_member("code").value_or(""),
                          .expression = root.text_member("expression").value_or("")};
    auto const own = [](string_view canonical) {
        return canonical.starts_with("http://hl7.org/fhir/SearchParameter/");
    };
    definition.derived = own(definition.url) || own(root.text_member("derivedFrom").value_or(""));
    auto const status = root.text_member("status");
    auto const type = type_of(root.text_member("type").value_or(""));
    auto const bases = texts_of(root, "base");
    auto const every_base = bases.empty() ? std::string() : bases.front();
    auto const refused = [&](Literal why) {
        refuse(definition, every_base, {Errc::invalid, why});
        return Result<void>();
    };
    if (status != "active" && status != "draft")
        return refused("its status is neither active nor draft");
    if (!type) return refused("parameters of this type are not offered");
    definition.type = *type;
    if (bases.empty()) return refused("it has no base");
    for (auto const& base : bases) {
        auto const types = types_of_base(base);
        if (types.empty())
            refuse(definition, base, {Errc::invalid, "its base is no resource type"});
        for (auto const* each : types) SALUS_TRY_VOID(add_for(definition, *each));
    }
    return {};
}

Result<void> ParameterReader::add_for(Definition const& definition, Type const& base) {
    bool const standard = definition.code == "_id" || definition.code == "_lastUpdated" ||
                          find_search_parameter(base, definition.code) != nullptr;
    // The standard's definition stays in force, and what is derived from it means the same.
    if (standard && definition.derived) return {};
    auto parameter = standard
                         ? Result<LoadedParameter>(fail(
                               Errc::invalid, "FHIR defines a parameter of this name for the type"))
                         : compile(definition, base);
    if (!parameter) {
        refuse(definition, base.name.text(), parameter.error());
        return {};
    }
    auto const [place, added] = taken_.try_emplace({&base, definition.code}, parameter->text);
    if (!added) {
        if (place->second != parameter->text)
            refuse(definition, base.name.text(),
                   {Errc::conflict, "another definition of this name came before"});
        return {};
    }
    if (parameters_.size() >= kLoadedParameters)
        return fail(Errc::too_large, "too many search parameters");
    parameters_.push_back(*std::move(parameter));
    return {};
}

Result<LoadedParameter> ParameterReader::compile(Definition const& definition, Type const& base) {
    if (!is_code(definition.code))
        return fail(Errc::invalid, "its code is no name that a package may give");
    if (std::ranges::find(kReserved, definition.code) != kReserved.end())
        return fail(Errc::invalid, "this name decides where is searched, and stays FHIR's own");
    if (definition.expression.empty()) return fail(Errc::invalid, "it has no expression");
    LoadedParameter parameter{
        .base = &base, .code = definition.code, .url = definition.url, .type = definition.type};
    SALUS_TRY(parameter.targets, targets_of(definition.root));
    parameter.expression.modifiers = allowed(definition.root, "modifier", kModifiers);
    parameter.expression.prefixes = allowed(definition.root, "comparator", kPrefixes);
    parameter.text = std::string(code_of(definition.type)) + "\n" + definition.expression;
    SALUS_TRY_VOID(compile_values(definition, parameter));
    return parameter;
}

Result<void> ParameterReader::compile_values(Definition const& definition,
                                             LoadedParameter& parameter) {
    SALUS_TRY(parameter.expression.values, expression(*parameter.base, definition.expression));
    auto const use = fhirpath::use_of(*parameter.expression.values, *parameter.base,
                                      fhirpath::FocusPlace::resource, *parameter.base);
    if (!use.refused.empty()) return fail(Errc::not_supported, use.refused);
    parameter.elements = use.elements.value_or(std::vector<Literal>());
    if (definition.type == ParameterType::composite)
        return compile_components(definition, use, parameter);
    if (use.gives_truth && definition.type != ParameterType::token)
        return fail(Errc::not_supported, "it gives computed values");
    if (!any_searched_as(use, definition.type))
        return fail(Errc::invalid, "its values are none that this type of parameter compares");
    return {};
}

Result<void> ParameterReader::compile_components(Definition const& definition,
                                                 ExpressionUse const& places,
                                                 LoadedParameter& parameter) {
    auto const components = definition.root.member("component");
    if (!components || !components->is_array() || components->size() < 2)
        return fail(Errc::invalid, "a composite has two components or more");
    if (places.types.size() != 1 || places.gives_truth)
        return fail(Errc::not_supported, "a composite's expression gives elements of one type");
    std::optional<std::vector<Literal>> elements(std::in_place);
    add_elements(elements, places);
    auto const place =
        places.gives_root ? fhirpath::FocusPlace::resource : fhirpath::FocusPlace::within;
    for (auto const component : components->elements()) {
        auto const text = component.text_member("expression").value_or("");
        SALUS_TRY(auto compiled, expression(*places.types.front(), text));
        auto const use = fhirpath::use_of(*compiled, *places.types.front(), place, *parameter.base);
        if (!use.refused.empty()) return fail(Errc::not_supported, use.refused);
        auto const type = component_type(component, use);
        if (!any_searched_as(use, type))
            return fail(Errc::invalid, "a component's values are none that its type compares");
        add_elements(elements, use);
        parameter.expression.components.push_back(std::move(compiled));
        parameter.components.push_back({type, false, {}});
        parameter.text.append("\n").append(code_of(type)).append(" ").append(text);
    }
    parameter.elements = elements.value_or(std::vector<Literal>());
    return {};
}

// As the component's own definition says, if a package has it; otherwise as its values say.
ParameterType ParameterReader::component_type(json::Value component,
                                              ExpressionUse const& use) const {
    auto const canonical = component.text_member("definition").value_or("");
    auto const known = by_url_.find(without_version(canonical));
    if (known != by_url_.end()) {
        auto const type = type_of(known->second.text_member("type").value_or(""));
        return type.value_or(ParameterType::special);
    }
    for (auto const type : kComponentTypes) {
        if (any_searched_as(use, type)) return type;
    }
    return ParameterType::special;
}

Result<SharedExpression> ParameterReader::expression(Type const& type, std::string const& text) {
    SALUS_TRY(auto compiled, fhirpath::Expression::compile_for(type, text));
    auto& shared = expressions_[text];
    if (shared == nullptr)
        shared = std::make_shared<fhirpath::Expression const>(std::move(compiled));
    return shared;
}

void ParameterReader::refuse(Definition const& definition, string_view base, Error const& why) {
    ++report_.refused_in_all;
    if (report_.refused.size() >= kParametersRefused) return;
    auto because = std::string(why.why.text());
    if (!why.where.path().empty()) because.append(" at ").append(why.where.path());
    report_.refused.push_back(
        {definition.url, std::string(base), definition.code, std::move(because)});
}

}  // namespace salus::fhir
