#include "fhir/value_rules.h"

#include <algorithm>

#include "fhir/lexical.h"
#include "fhir/reference.h"

namespace salus::fhir {
namespace {

// The text of a string node, copied only if it has escapes.
class Text {
public:
    explicit Text(json::Value value)
        : owned_(value.has_escapes() ? value.text() : std::string()),
          view_(value.has_escapes() ? std::string_view(owned_) : value.raw_text()) {}
    [[nodiscard]] std::string_view view() const noexcept { return view_; }

private:
    std::string owned_;
    std::string_view view_;  // into owned_ or the document
};

bool has_coding(LoadedValueSet const& values, std::string_view system, std::string_view code) {
    return values.has_coding(system, code);
}
bool has_code(LoadedValueSet const& values, std::string_view code) {
    return values.has_code(code);
}

template <class Values>
bool is_coding_of(json::Value coding, Values const& values) {
    auto const code = coding.member("code");
    auto const system = coding.member("system");
    if (!code || !code->is_string() || !system || !system->is_string()) return false;
    return has_coding(values, Text(*system).view(), Text(*code).view());
}

template <class Values>
bool is_concept_of(json::Value concept_value, Values const& values) {
    auto const codings = concept_value.member("coding");
    if (!codings || !codings->is_array()) return false;
    for (auto const each : codings->elements()) {
        if (each.is_object() && is_coding_of(each, values)) return true;
    }
    return false;
}

template <class Values>
bool is_value_of(json::Value value, Type const& type, Values const& values) {
    auto const name = type.name.text();
    if (value.is_string()) return has_code(values, Text(value).view());
    if (name == "Coding" || name == "Quantity") return is_coding_of(value, values);
    if (name == "CodeableConcept") return is_concept_of(value, values);
    return true;
}

void not_in_value_set(ValueSet const& values, Reporter& report) {
    report.error("code-invalid", "not a code of the required value set",
                 DefinitionText(values.url));
}

bool is_lower_uuid(std::string_view text) {
    return is_spelled_as(Lexical::uuid, text) &&
           std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
}

}  // namespace

bool is_bound(json::Value value, Type const& type, ValueSet const& values) {
    return is_value_of(value, type, values);
}

bool is_bound(json::Value value, Type const& type, LoadedValueSet const& values) {
    return is_value_of(value, type, values);
}

Type const* stated_type(json::Value reference, LocalReferences const& local) {
    if (auto const value = reference.member("reference"); value && value->is_string()) {
        Text const text(*value);
        if (auto const known = type_of_reference(text.view()); known != nullptr) return known;
        if (text.view().size() > 1 && text.view().starts_with('#')) {
            auto const contained = local.find(text.view().substr(1));
            auto const name =
                contained ? contained->text_member("resourceType") : std::optional<std::string>();
            if (name) return find_resource_type(*name);
        }
    }
    auto const type = reference.text_member("type");
    return type ? find_resource_type(*type) : nullptr;
}

void check_binding(json::Value value, Type const& type, ValueSet const& values, Reporter& report) {
    if (values.complete && !is_bound(value, type, values)) not_in_value_set(values, report);
}

void check_absent_code(Element const& element, Reporter& report) {
    if (element.type->lexical != Lexical::code) return;
    if (element.rules == nullptr || element.rules->values == nullptr) return;
    if (element.rules->values->complete) not_in_value_set(*element.rules->values, report);
}

void check_uri(json::Value value, Element const& element, Reporter& report) {
    Text const text(value);
    auto const uri = text.view();
    if (uri.starts_with("urn:uuid:") && !is_lower_uuid(uri))
        report.error("invalid", "not a UUID in lower case");
    // HL7's own published resources do this; it harms nobody who stores it.
    if (uri.starts_with("urn:oid:") && !is_spelled_as(Lexical::oid, uri))
        report.warning("invalid", "not an OID");
    if (element.type->lexical == Lexical::canonical && !uri.starts_with('#') &&
        !is_absolute_uri(uri))
        report.warning("invalid", "a canonical URL is absolute or a fragment");
    // Coding.system, Identifier.system and the like name code systems and namespaces: "an absolute
    // URI" (https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.system, #Identifier.system).
    if (element.name.text() == "system" && !is_absolute_uri(uri))
        report.error("invalid", "a system is an absolute URI");
}

void check_reference(json::Value value, std::span<Type const* const> targets,
                     LocalReferences& local, Reporter& report) {
    auto const reference = value.member("reference");
    if (reference && reference->is_string()) {
        local.note(*reference);
        if (!is_literal_reference(Text(*reference).view())) {
            report.error("invalid", "not a literal reference");
            return;
        }
    }
    if (targets.empty()) return;
    auto const* type = stated_type(value, local);
    if (type != nullptr && std::ranges::find(targets, type) == targets.end())
        report.error("structure", "a reference to a type that is not allowed here");
}

}  // namespace salus::fhir
