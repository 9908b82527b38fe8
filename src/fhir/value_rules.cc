#include "fhir/value_rules.h"

#include <algorithm>
#include <array>

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

// "use all lowercase" (https://hl7.org/fhir/R4/datatypes.html#uri), which HL7's own example of a
// CapabilityStatement does not do; who reads a UUID takes either (RFC 4122 section 3).
void check_uuid(std::string_view uri, Reporter& report) {
    if (!is_spelled_as(Lexical::uuid, uri)) return report.error("invalid", "not a UUID");
    if (std::ranges::any_of(uri, [](char c) { return c >= 'A' && c <= 'F'; }))
        report.warning("invalid", "not a UUID in lower case");
}

}  // namespace

bool is_bound(json::Value value, Type const& type, ValueSet const& values) {
    return is_value_of(value, type, values);
}

bool is_bound(json::Value value, Type const& type, LoadedValueSet const& values) {
    return is_value_of(value, type, values);
}

Type const* stated_type(json::Value reference, LocalReferences& local) {
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

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The name of the tag that begins behind "<" or "</"; empty if none does.
std::string_view tag_name(std::string_view text) {
    if (text.starts_with('/')) text.remove_prefix(1);
    std::size_t size = 0;
    while (size < text.size() && is_letter(text[size])) ++size;
    return text.substr(0, size);
}

bool is_active(std::string_view tag) {
    std::string lower(tag);
    for (char& c : lower) c = static_cast<char>(c | 0x20);
    return lower == "script" || lower == "iframe" || lower == "object" || lower == "embed";
}

// A name, then attributes or the end: "<b>", "<a href=...>"; not "<http://...>" or "a <b and c".
bool is_tag(std::string_view behind, std::string_view name) {
    if (name.empty()) return false;
    auto const rest = behind.substr(behind.find(name) + name.size());
    auto const end = rest.find_first_of("<>");
    bool const closes = end != std::string_view::npos && rest[end] == '>';
    return closes && (rest.front() == '>' || rest.front() == '/' || rest.front() == ' ');
}

}  // namespace

void check_text(json::Value value, Lexical lexical, Reporter& report) {
    if (value.raw_text().find_first_of("<\\") == std::string_view::npos) return;
    Text const text(value);
    auto const view = text.view();
    for (auto at = view.find('<'); at != std::string_view::npos; at = view.find('<', at + 1)) {
        auto const behind = view.substr(at + 1);
        auto const name = tag_name(behind);
        if (!is_tag(behind, name)) continue;
        if (lexical == Lexical::markdown) return report.error("invalid", "HTML in markdown");
        // R4 lets a string say so; whoever shows it has to escape it.
        if (is_active(name)) return report.warning("invalid", "text that a browser would run");
    }
}

namespace {

bool is_ascii_letter_or_digit(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

// Of type/subtype; a format may be called by a word, too
// (https://hl7.org/fhir/R4/valueset-mimetypes.html, capabilitystatement-definitions.html).
bool is_media_type(std::string_view text) {
    if (text == "json" || text == "xml" || text == "ttl") return true;
    auto const slash = text.find('/');
    return slash != 0 && slash != std::string_view::npos && slash + 1 < text.size();
}

// RFC 5646 section 2.1, as far as the characters and lengths of its parts.
bool is_language(std::string_view text) {
    while (true) {
        auto const part = text.substr(0, text.find('-'));
        if (part.empty() || part.size() > 8) return false;
        if (!std::ranges::all_of(part, is_ascii_letter_or_digit)) return false;
        if (part.size() == text.size()) return true;
        text.remove_prefix(part.size() + 1);
    }
}

// ISO 4217.
bool is_currency(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Of the codes of a system that the definitions do not carry at least the form.
bool has_form_of(ValueSet const& values, std::string_view code) {
    auto const url = values.url.text();
    if (url.ends_with("/mimetypes")) return is_media_type(code);
    if (url.ends_with("/languages") || url.ends_with("/all-languages")) return is_language(code);
    return !url.ends_with("/currencies") || is_currency(code);
}

}  // namespace

void check_binding(json::Value value, Type const& type, ValueSet const& values, Reporter& report) {
    bool const spelled =
        values.complete || !value.is_string() || has_form_of(values, Text(value).view());
    if (!spelled) not_in_value_set(values, report);
    if (values.complete && !is_bound(value, type, values)) not_in_value_set(values, report);
}

namespace {

// A value that only another version of FHIR has
// (https://hl7.org/fhir/R4/versions.html#extensions).
bool has_other_version(json::Value extended) {
    auto const extensions = extended.member("extension");
    if (!extensions || !extensions->is_array()) return false;
    for (auto const each : extensions->elements()) {
        auto const url = each.text_member("url").value_or("");
        constexpr std::string_view kBase = "http://hl7.org/fhir/";
        auto const rest = std::string_view(url).substr(std::min(kBase.size(), url.size()));
        if (url.starts_with(kBase) && rest.size() > 4 && rest[0] >= '1' && rest[0] <= '9' &&
            rest.substr(3).starts_with("/StructureDefinition/extension-"))
            return true;
    }
    return false;
}

}  // namespace

void check_absent_code(json::Value extended, Element const& element, Reporter& report) {
    if (element.type->lexical != Lexical::code) return;
    if (element.rules == nullptr || element.rules->values == nullptr) return;
    if (!element.rules->values->complete || has_other_version(extended)) return;
    not_in_value_set(*element.rules->values, report);
}

namespace {

// The namespace of an identifier is "a URL", and a ValueSet takes codes from "an absolute URI"
// (https://hl7.org/fhir/R4/datatypes-definitions.html#Identifier.system,
// https://hl7.org/fhir/R4/valueset-definitions.html). Of Coding.system and Quantity.system R4 says
// what it should name, not how it is spelled.
bool demands_absolute(Element const& element) {
    auto const* owner = owner_of(element);
    auto const name = owner != nullptr ? owner->name.text() : std::string_view();
    return name == "Identifier" || name.starts_with("ValueSet.");
}

void check_system(std::string_view uri, Element const& element, Reporter& report) {
    if (is_absolute_uri(uri)) {
        // "The identification of the code system"; what stands there is none.
        if (uri.starts_with("http://hl7.org/fhir/ValueSet/") ||
            uri.starts_with("http://terminology.hl7.org/ValueSet/"))
            report.error("invalid", "a value set is not a code system");
        return;
    }
    if (demands_absolute(element)) return report.error("invalid", "a system is an absolute URI");
    report.warning("invalid", "a system that is not an absolute URI");
}

}  // namespace

namespace {

// Where data are judged by what it names, or a definition is built on that: what cannot be told
// apart from another of the same name must not decide. HL7's own examples of clinical reasoning
// name each other by relative addresses.
void check_canonical(Element const& element, Reporter& report) {
    constexpr auto kOwners = std::to_array<std::string_view>(
        {"QuestionnaireResponse", "StructureDefinition", "SearchParameter", "CodeSystem"});
    constexpr auto kFamilies = std::to_array<std::string_view>(
        {"ElementDefinition", "ValueSet", "ConceptMap", "Questionnaire."});
    auto const* owner = owner_of(element);
    auto const name = owner != nullptr ? owner->name.text() : std::string_view();
    bool const decides =
        std::ranges::find(kOwners, name) != kOwners.end() ||
        std::ranges::any_of(kFamilies, [&](auto family) { return name.starts_with(family); });
    if (decides) return report.error("invalid", "a canonical URL is absolute or a fragment");
    report.warning("invalid", "a canonical URL is absolute or a fragment");
}

// "An absolute URI that is used to identify this ..." of each definition.
void check_own_url(Element const& element, Reporter& report) {
    auto const* owner = owner_of(element);
    bool const own = owner != nullptr && owner->kind == TypeKind::resource &&
                     element.type->lexical == Lexical::uri;
    if (own) report.error("invalid", "the URL of a definition is absolute");
}

}  // namespace

void check_uri(json::Value value, Element const& element, Reporter& report) {
    Text const text(value);
    auto const uri = text.view();
    if (uri.starts_with("urn:uuid:")) check_uuid(uri, report);
    // HL7's own published resources do this; it harms nobody who stores it.
    if (uri.starts_with("urn:oid:") && !is_spelled_as(Lexical::oid, uri))
        report.warning("invalid", "not an OID");
    if (element.type->lexical == Lexical::canonical && !uri.starts_with('#') &&
        !is_absolute_uri(uri))
        check_canonical(element, report);
    if (element.name.text() == "url" && !is_absolute_uri(uri)) check_own_url(element, report);
    if (element.name.text() == "system") check_system(uri, element, report);
}

namespace {

// "If both Reference.type and Reference.reference are populated and Reference.reference is a FHIR
// URL, both SHALL be consistent"; and a UUID is one.
void check_stated_type(json::Value value, json::Value reference, Reporter& report) {
    Text const text(reference);
    if (text.view().starts_with("urn:uuid:")) check_uuid(text.view(), report);
    auto const stated = value.member("type");
    auto const* known = stated ? type_of_reference(text.view()) : nullptr;
    if (known == nullptr || !stated->is_string()) return;
    if (auto const* type = find_resource_type(Text(*stated).view());
        type != nullptr && type != known)
        report.error("invalid", "the reference and its type disagree");
}

std::size_t octets_of(std::string_view base64) {
    auto const symbols = std::ranges::count_if(
        base64, [](char c) { return is_ascii_letter_or_digit(c) || c == '+' || c == '/'; });
    return static_cast<std::size_t>(symbols) * 3 / 4;
}

}  // namespace

bool holds_other_value(json::Value holder, std::string_view name, std::string_view other) {
    if (!holder.is_object()) return false;
    for (auto const& member : holder.members()) {
        auto const found = member.name();
        if (found.starts_with("value") && found != name && found != other) return true;
    }
    return false;
}

void check_attachment(json::Value value, Reporter& report) {
    auto const size = value.member("size");
    auto const data = size ? value.member("data") : std::nullopt;
    if (!data || !data->is_string() || !size->integer()) return;
    Text const text(*data);
    if (static_cast<std::size_t>(*size->integer()) != octets_of(text.view()))
        report.error("invalid", "the size of an attachment is not that of its data");
}

void check_reference(json::Value value, std::span<Type const* const> targets,
                     LocalReferences& local, ElementPath& path, Reporter& report) {
    auto const reference = value.member("reference");
    if (reference && reference->is_string()) {
        local.note(*reference);
        if (!is_literal_reference(Text(*reference).view())) {
            PathStep const step(path, *find_element(*find_type("Reference"), "reference"));
            report.error("invalid", "not a literal reference");
            return;
        }
        check_stated_type(value, *reference, report);
    }
    if (targets.empty()) return;
    auto const* type = stated_type(value, local);
    // HL7's own examples have such references.
    if (type != nullptr && std::ranges::find(targets, type) == targets.end())
        report.warning("structure", "a reference to a type that is not allowed here");
}

}  // namespace salus::fhir
