#include "fhir/validator.h"

#include "fhir/lexical.h"
#include "fhir/reference.h"
#include "foundation/check.h"

namespace salus::fhir {
namespace {

// Runs the check; an error gets the step in front of its location.
template <class Step>
Result<void> within(Step step, Result<void> checked) {
    if (checked) return checked;
    auto error = std::move(checked).error();
    if constexpr (std::is_same_v<Step, Literal>)
        error.where.prepend(step);
    else
        error.where.prepend_index(step);
    return fail(std::move(error));
}

Result<void> check_reference(json::Value value) {
    auto const reference = value.member("reference");
    if (!reference) return {};
    bool const good = reference->has_escapes() ? is_literal_reference(reference->text())
                                               : is_literal_reference(reference->raw_text());
    if (good) return {};
    return within(Literal("reference"), fail(Errc::invalid, "not a literal reference"));
}

}  // namespace

Result<Type const*> type_of_resource(json::Value value) {
    if (!value.is_object()) return fail(Errc::invalid, "a resource is a JSON object");
    auto const name = value.text_member("resourceType");
    if (!name) return fail(Errc::invalid, "resourceType is missing");
    auto const* type = find_resource_type(*name);
    if (type == nullptr) return fail(Errc::invalid, "resourceType is not a FHIR R4 type");
    return type;
}

Element const* find_next_element(Type const& type, std::string_view name,
                                 std::size_t& next) noexcept {
    auto const count = type.elements.size();
    for (std::size_t tried = 0, at = next; tried < count; ++tried, ++at) {
        if (at >= count) at = 0;
        if (type.elements[at].name.text() != name) continue;
        next = at + 1;
        return &type.elements[at];
    }
    return nullptr;
}

Validator::Validator()
    : element_type_(find_type("Element")), reference_type_(find_type("Reference")) {
    SALUS_CHECK(element_type_ != nullptr && reference_type_ != nullptr);
}

Result<void> Validator::validate(json::Value resource_value) const {
    SALUS_TRY(auto const* type, type_of_resource(resource_value));
    return within(type->name, object(resource_value, *type));
}

Result<void> Validator::resource(json::Value value) const {
    SALUS_TRY(auto const* type, type_of_resource(value));
    return object(value, *type);
}

Result<void> Validator::object(json::Value value, Type const& type) const {
    if (!value.is_object()) return fail(Errc::invalid, "a JSON object is expected");
    if (value.size() == 0) return fail(Errc::invalid, "an object may not be empty");
    Progress progress{type};
    for (auto const& each : value.members()) SALUS_TRY_VOID(member(progress, value, each));
    if (&type == reference_type_) return check_reference(value);
    return {};
}

Result<void> Validator::member(Progress& progress, json::Value parent,
                               json::Value::Member const& member) const {
    auto const unescaped = member.key.has_escapes() ? member.name() : std::string();
    auto name = member.key.has_escapes() ? std::string_view(unescaped) : member.key.raw_text();
    if (progress.type.kind == TypeKind::resource && name == "resourceType") return {};
    bool const is_companion = name.starts_with('_');
    if (is_companion) name.remove_prefix(1);
    auto const* found = find_next_element(progress.type, name, progress.next);
    if (found == nullptr) return fail(Errc::invalid, "unknown element");
    if (found->choice != 0) {
        auto const*& chosen = progress.chosen.at(found->choice);
        if (chosen != nullptr && chosen != found)
            return within(found->name, fail(Errc::invalid, "a choice has one type only"));
        chosen = found;
    }
    return within(found->name, is_companion ? companion(parent, member.value, *found)
                                            : element(parent, member.value, *found));
}

Result<void> Validator::element(json::Value parent, json::Value value,
                                Element const& element) const {
    if (element.many) return list(parent, value, element);
    if (value.is_array()) return fail(Errc::invalid, "a single value is expected, not a list");
    return item(value, *element.type);
}

Result<void> Validator::list(json::Value parent, json::Value value, Element const& element) const {
    if (!value.is_array()) return fail(Errc::invalid, "a list is expected");
    if (value.size() == 0) return fail(Errc::invalid, "a list may not be empty");
    bool nulls = false;
    std::size_t index = 0;
    for (auto const each : value.elements()) {
        bool const gap = each.is_null() && element.type->kind == TypeKind::primitive;
        nulls = nulls || gap;
        if (!gap) SALUS_TRY_VOID(within(index, item(each, *element.type)));
        ++index;
    }
    // A gap stands for a value that has only extensions; companions() checks them pair by pair.
    if (nulls && !parent.member("_" + std::string(element.name.text())))
        return fail(Errc::invalid, "null without an extension");
    return {};
}

Result<void> Validator::item(json::Value value, Type const& type) const {
    switch (type.kind) {
        case TypeKind::primitive: return check_primitive(value, type.lexical);
        case TypeKind::any_resource: return resource(value);
        case TypeKind::complex:
        case TypeKind::backbone:
        case TypeKind::resource: return object(value, type);
    }
    return fail(Errc::invalid, "unknown element");
}

// "_birthDate": the id and extensions of the primitive "birthDate" (json.html#primitive).
Result<void> Validator::companion(json::Value parent, json::Value value,
                                  Element const& element) const {
    if (element.type->kind != TypeKind::primitive) return fail(Errc::invalid, "unknown element");
    if (element.many) return companions(parent, value, element);
    return object(value, *element_type_);
}

Result<void> Validator::companions(json::Value parent, json::Value value,
                                   Element const& element) const {
    if (!value.is_array()) return fail(Errc::invalid, "a list is expected");
    if (value.size() == 0) return fail(Errc::invalid, "a list may not be empty");
    auto const values = parent.member(element.name.text());
    if (values && (!values->is_array() || values->size() != value.size()))
        return fail(Errc::invalid, "values and their extensions differ in number");
    auto counterpart = values ? values->elements().begin() : value.elements().end();
    std::size_t index = 0;
    for (auto const each : value.elements()) {
        bool const has_value = values && !(*counterpart).is_null();
        if (values) ++counterpart;
        if (each.is_null() && !has_value)
            return within(index, fail(Errc::invalid, "null without an extension"));
        if (!each.is_null()) SALUS_TRY_VOID(within(index, object(each, *element_type_)));
        ++index;
    }
    return {};
}

}  // namespace salus::fhir
