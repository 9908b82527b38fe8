#include "fhir/conformance_rules.h"

#include <optional>
#include <set>
#include <string>

#include "fhir/constraint_paths.h"
#include "fhir/parameter_type_code.h"

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

void check_properties(json::Value code_system, ElementPath& path, Reporter& report) {
    std::set<std::string> codes;
    for_each_at(code_system, "CodeSystem", "property", path, [&](json::Value each) {
        auto code = each.text_member("code");
        if (code && !codes.insert(*std::move(code)).second)
            report.error("invalid", "a property of this code is there already");
    });
}

}  // namespace

void check_conformance_resource(json::Value resource, Type const& type, ElementPath& path,
                                Reporter& report) {
    auto const name = type.name.text();
    if (name == "CapabilityStatement") return check_capabilities(resource, path, report);
    if (name == "SearchParameter") return check_search_parameter(resource, report);
    if (name == "StructureDefinition") return check_constraint_paths(resource, path, report);
    if (name == "ValueSet") return check_filters(resource, path, report);
    if (name == "CodeSystem") check_properties(resource, path, report);
    bool const supplement = name == "CodeSystem" && resource.member("supplements");
    if (!supplement) return;
    auto const content = resource.member("content");
    if (content && !content->is_text("supplement"))
        report.error("invalid", "a supplement's content is supplement");
}

}  // namespace salus::fhir
