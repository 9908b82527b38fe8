#include "fhir/conformance_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "fhir/constraint_paths.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/parameter_type_code.h"
#include "fhir/questionnaire_rules.h"
#include "fhir/value_rules.h"

namespace salus::fhir {
namespace {

struct KnownParameter {
    Type const* base;
    SearchParameter const* parameter;
};

// http://hl7.org/fhir/SearchParameter/Type-name. Nothing: not of this form, or not in the tables.
std::optional<KnownParameter> known_parameter(std::string_view canonical) {
    constexpr std::string_view kBase = "http://hl7.org/fhir/SearchParameter/";
    canonical = canonical.substr(0, canonical.find('|'));
    if (!canonical.starts_with(kBase)) return std::nullopt;
    canonical.remove_prefix(kBase.size());
    auto const dash = canonical.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto const* type = find_resource_type(canonical.substr(0, dash));
    if (type == nullptr) return std::nullopt;
    auto const* parameter = find_search_parameter(*type, canonical.substr(dash + 1));
    if (parameter == nullptr) return std::nullopt;
    return KnownParameter{type, parameter};
}

template <class Use>
void for_each_at(json::Value parent, std::string_view type, std::string_view name,
                 ElementPath& path, Use use) {
    auto const list = parent.member(name);
    auto const* owner = find_type(type);
    auto const* element = owner != nullptr ? find_element(*owner, name) : nullptr;
    if (!list || !list->is_array() || element == nullptr) return;
    PathStep const step(path, *element);
    std::size_t index = 0;
    for (auto const each : list->elements()) {
        path.at_index(index++);
        use(each);
    }
}

void check_capability_parameter(json::Value stated, Reporter& report) {
    auto const known = known_parameter(stated.text_member("definition").value_or(""));
    auto const type = stated.text_member("type");
    if (known && type && *type != code_of(known->parameter->type))
        report.warning("invalid", "the search parameter's definition has another type");
}

void check_capabilities(json::Value statement, ElementPath& path, Reporter& report) {
    auto const parameters = [&](json::Value resource) {
        for_each_at(resource, "CapabilityStatement.rest.resource", "searchParam", path,
                    [&](json::Value each) { check_capability_parameter(each, report); });
    };
    for_each_at(statement, "CapabilityStatement", "rest", path, [&](json::Value rest) {
        for_each_at(rest, "CapabilityStatement.rest", "resource", path, parameters);
    });
}

void check_search_parameter(json::Value stated, Reporter& report) {
    auto const known = known_parameter(stated.text_member("derivedFrom").value_or(""));
    if (!known) return;
    auto const type = stated.text_member("type");
    if (type && *type != code_of(known->parameter->type))
        report.error("invalid", "the parameter that this is derived from has another type");
    auto const bases = stated.member("base");
    if (!bases || !bases->is_array()) return;
    for (auto const base : bases->elements()) {
        if (!base.is_text(known->base->name.text()))
            report.error("invalid", "the parameter that this is derived from has another base");
    }
}

// Whether the filter asks for what is true or false: that a property is there, or one that the
// specification itself defines so.
bool is_boolean_filter(json::Value filter) {
    auto const operation = filter.member("op");
    auto const property = filter.member("property");
    if (!operation || !property) return false;
    bool const of_boolean = property->is_text("notSelectable") || property->is_text("inactive");
    return operation->is_text("exists") || (operation->is_text("=") && of_boolean);
}

void check_filter(json::Value filter, Reporter& report) {
    auto const value = filter.member("value");
    if (!value || !is_boolean_filter(filter)) return;
    if (!value->is_text("true") && !value->is_text("false"))
        report.error("invalid", "this filter's value is true or false");
}

void check_filters(json::Value value_set, ElementPath& path, Reporter& report) {
    auto const compose = value_set.member("compose");
    if (!compose) return;
    PathStep const step(path, *find_element(*find_type("ValueSet"), "compose"));
    for (std::string_view const part : {"include", "exclude"}) {
        for_each_at(*compose, "ValueSet.compose", part, path, [&](json::Value included) {
            for_each_at(included, "ValueSet.compose.include", "filter", path,
                        [&](json::Value each) { check_filter(each, report); });
        });
    }
}

constexpr auto kPropertyValues = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"code", "valueCode"},
    {"Coding", "valueCoding"},
    {"string", "valueString"},
    {"integer", "valueInteger"},
    {"boolean", "valueBoolean"},
    {"dateTime", "valueDateTime"},
    {"decimal", "valueDecimal"},
});

// The concepts of a CodeSystem: how many they are, and that they have the properties that it says.
class Concepts {
public:
    Concepts(ElementPath& path, Reporter& report) : path_(path), report_(report) {}

    void add_property(json::Value property) {
        auto code = property.text_member("code");
        if (!code) return;
        bool const added =
            types_.emplace(*std::move(code), property.text_member("type").value_or("")).second;
        if (!added) report_.error("invalid", "a property of this code is there already");
    }
    // As deep as the document.
    void check(json::Value parent, std::string_view type) {
        for_each_at(parent, type, "concept", path_, [&](json::Value each) {
            ++count_;
            for_each_at(each, "CodeSystem.concept", "property", path_,
                        [&](json::Value property) { check_property(property); });
            check(each, "CodeSystem.concept");
        });
    }
    [[nodiscard]] std::int64_t count() const { return count_; }

private:
    void check_property(json::Value property) {
        auto const type = types_.find(property.text_member("code").value_or(""));
        if (type == types_.end()) return;
        auto const value = std::ranges::find(kPropertyValues, type->second,
                                             &std::pair<std::string_view, std::string_view>::first);
        if (value == kPropertyValues.end()) return;
        if (holds_other_value(property, value->second))
            report_.error("invalid", "a property of another type than it is defined");
    }

    ElementPath& path_;
    Reporter& report_;
    std::map<std::string, std::string> types_;
    std::int64_t count_ = 0;
};

void check_code_system(json::Value code_system, ElementPath& path, Reporter& report) {
    Concepts concepts(path, report);
    for_each_at(code_system, "CodeSystem", "property", path,
                [&](json::Value each) { concepts.add_property(each); });
    concepts.check(code_system, "CodeSystem");
    auto const content = code_system.text_member("content").value_or("");
    auto const stated = code_system.member("count");
    auto const count = stated ? stated->integer() : std::nullopt;
    bool const compositional = code_system.member("compositional").has_value();
    if (content == "complete" && count && !compositional && *count != concepts.count())
        report.error("invalid",
                     "the concepts of a complete code system are not as many as it says");
    if (content == "not-present" && concepts.count() > 0)
        report.error("invalid", "a code system that has no concepts here has some");
    if (code_system.member("supplements") && !content.empty() && content != "supplement")
        report.error("invalid", "a supplement's content is supplement");
}

// Whether the text is FHIRPath at all; functions that are not offered here may well be.
bool is_fhirpath(std::string_view text) {
    auto const compiled = fhirpath::Expression::compile(text);
    return compiled || compiled.error().code != Errc::invalid;
}

void check_expression(json::Value stated, Reporter& report) {
    auto const expression = stated.text_member("expression");
    if (expression && !is_fhirpath(*expression))
        report.error("invalid", "the expression is no FHIRPath");
}

// Of a parameter of one type: what it reads is there.
void check_search_expression(json::Value parameter, Reporter& report) {
    check_expression(parameter, report);
    auto const bases = parameter.member("base");
    auto const expression = parameter.text_member("expression");
    if (!expression || !bases || !bases->is_array() || bases->size() != 1) return;
    auto const base = *bases->elements().begin();
    auto const* type = base.is_string() ? find_resource_type(base.text()) : nullptr;
    if (type == nullptr || !is_fhirpath(*expression)) return;
    auto const compiled = fhirpath::Expression::compile_for(*type, *expression);
    if (!compiled && compiled.error().code == Errc::invalid)
        report.error("invalid", "the expression reads what its base does not have");
}

void check_element_constraints(json::Value definition, ElementPath& path, Reporter& report) {
    auto const differential = definition.member("differential");
    if (!differential) return;
    PathStep const step(path, *find_element(*find_type("StructureDefinition"), "differential"));
    for_each_at(*differential, "StructureDefinition.differential", "element", path,
                [&](json::Value element) {
                    for_each_at(element, "ElementDefinition", "constraint", path,
                                [&](json::Value each) { check_expression(each, report); });
                });
}

// A definition of R4's own, and of another type than what is built on it.
void check_base(json::Value definition, Reporter& report) {
    constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";
    auto const derivation = definition.member("derivation");
    auto const base = definition.text_member("baseDefinition").value_or("");
    auto const type = definition.text_member("type");
    if (!derivation || !derivation->is_text("constraint") || !type || !base.starts_with(kBase))
        return;
    auto const* known = find_resource_type(std::string_view(base).substr(kBase.size()));
    if (known != nullptr && known->name.text() != *type)
        report.error("invalid", "a profile of another type than its base");
}

}  // namespace

void check_conformance_resource(json::Value resource, Type const& type, ElementPath& path,
                                Reporter& report) {
    auto const name = type.name.text();
    if (name == "CapabilityStatement") return check_capabilities(resource, path, report);
    if (name == "SearchParameter") {
        check_search_parameter(resource, report);
        return check_search_expression(resource, report);
    }
    if (name == "StructureDefinition") {
        check_base(resource, report);
        check_element_constraints(resource, path, report);
        return check_constraint_paths(resource, path, report);
    }
    if (name == "ValueSet") return check_filters(resource, path, report);
    if (name == "CodeSystem") return check_code_system(resource, path, report);
    if (name == "Questionnaire") return check_questionnaire(resource, path, report);
}

}  // namespace salus::fhir
