#include "fhir/validator.h"

#include <algorithm>

#include "fhir/bundle_rules.h"
#include "fhir/conformance_rules.h"
#include "fhir/lexical.h"
#include "fhir/narrative_links.h"
#include "fhir/value_rules.h"
#include "foundation/check.h"

namespace salus::fhir {
namespace {

constexpr std::uint64_t bit(Element const& element) {
    return std::uint64_t{1} << element.slot;
}

bool is_uri(Lexical lexical) {
    return lexical == Lexical::uri || lexical == Lexical::url || lexical == Lexical::canonical ||
           lexical == Lexical::oid || lexical == Lexical::uuid;
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

Validator::Validator(Type const& type, ValidationOptions const& options, IssueList& issues)
    : path_(type),
      report_(issues, path_,
              options.thoroughness == Thoroughness::errors ? Severity::error : Severity::warning),
      options_(options),
      element_type_(find_type("Element")) {
    SALUS_CHECK(element_type_ != nullptr);
}

void Validator::validate(json::Value resource_value) {
    auto const type = type_of_resource(resource_value);
    SALUS_CHECK(type);
    invariants_.allow_for(resource_value.raw().size());
    root(resource_value, **type);
    if (!narratives_.empty() && !links_lead_somewhere(narratives_, resource_value))
        report_.error("invalid", "a link inside of narrative that leads nowhere");
}

// A resource that is not contained: what is inside it may refer to what it contains.
void Validator::root(json::Value value, Type const& type) {
    auto const outer = local_.begin(value);
    auto const outside = invariants_.begin_root(value, type);
    auto const ids = ids_.size();
    auto const present = object(value, type);
    check_ids(ids);
    constraints(value, type, present, type.constraints);
    if (type.name.text() == "Bundle") check_bundle(value, path_, report_);
    check_conformance_resource(value, type, path_, report_);
    profiles(value, type);
    invariants_.end(outside);
    local_.end(outer);
}

void Validator::resource(json::Value value, Element const& element) {
    auto const type = type_of_resource(value);
    if (!type) return report_.error("structure", type.error().why);
    if (element.name.text() != "contained") return root(value, **type);
    if (!value.member("id")) report_.error("required", "a contained resource needs an id");
    auto const outside = invariants_.begin_contained(value, **type);
    auto const ids = ids_.size();
    auto const present = object(value, **type);
    check_ids(ids);
    constraints(value, **type, present, (*type)->constraints);
    profiles(value, **type);
    invariants_.end(outside);
}

std::uint64_t Validator::object(json::Value value, Type const& type) {
    if (!value.is_object()) {
        report_.error("structure", "a JSON object is expected");
        return ~std::uint64_t{0};
    }
    if (value.size() == 0) report_.error("structure", "an object may not be empty");
    Progress progress{type};
    for (auto const& each : value.members()) {
        if (report_.full()) break;
        member(progress, value, each);
    }
    if (auto const absent = type.required & ~progress.present; absent != 0) missing(type, absent);
    return progress.present;
}

void Validator::missing(Type const& type, std::uint64_t absent) {
    for (auto const& element : type.elements) {
        if ((absent & bit(element)) == 0) continue;
        absent &= ~bit(element);
        report_.error("required", "a required element is missing", DefinitionText(element.name));
    }
}

void Validator::member(Progress& progress, json::Value parent, json::Value::Member const& member) {
    auto const unescaped = member.key.has_escapes() ? member.name() : std::string();
    auto name = member.key.has_escapes() ? std::string_view(unescaped) : member.key.raw_text();
    if (progress.type.kind == TypeKind::resource && name == "resourceType") return;
    bool const is_companion = name.starts_with('_');
    if (is_companion) name.remove_prefix(1);
    auto const* found = find_next_element(progress.type, name, progress.next);
    if (found == nullptr) return report_.error("structure", "unknown element");
    PathStep const step(path_, *found);
    progress.present |= bit(*found);
    if (found->choice != 0) {
        auto const*& chosen = progress.chosen.at(found->choice);
        if (chosen != nullptr && chosen != found)
            return report_.error("structure", "a choice has one type only");
        chosen = found;
    }
    if (is_companion)
        companion(parent, member.value, *found);
    else
        element(parent, member.value, *found);
}

void Validator::element(json::Value parent, json::Value value, Element const& element) {
    if (element.many) return list(parent, value, element);
    if (value.is_array())
        return report_.error("structure", "a single value is expected, not a list");
    item(value, element);
}

void Validator::list(json::Value parent, json::Value value, Element const& element) {
    if (!value.is_array()) return report_.error("structure", "a list is expected");
    if (value.size() == 0) return report_.error("structure", "a list may not be empty");
    bool nulls = false;
    std::size_t index = 0;
    for (auto const each : value.elements()) {
        if (report_.full()) return;
        bool const gap = each.is_null() && element.type->kind == TypeKind::primitive;
        nulls = nulls || gap;
        path_.at_index(index++);
        if (!gap) item(each, element);
    }
    path_.at_no_index();
    // A gap stands for a value that has only extensions; companions() checks them pair by pair.
    if (nulls && !parent.member("_" + std::string(element.name.text())))
        report_.error("structure", "null without an extension");
}

void Validator::item(json::Value value, Element const& element) {
    auto const& type = *element.type;
    if (type.kind == TypeKind::primitive) return primitive(value, element);
    if (type.kind == TypeKind::any_resource) return resource(value, element);
    auto const present = object(value, type);
    if (!value.is_object()) return;
    if ((present & ~std::uint64_t{1}) == 0 && value.size() != 0)
        report_.error("invariant", "an element needs more than an id",
                      DefinitionText("ele-1", "All FHIR elements must have a @value or children"));
    bool const reference = type.name.text() == "Reference";
    auto const* rules = element.rules;
    if (reference) {
        auto const targets = rules != nullptr ? rules->targets : std::span<Type const* const>();
        check_reference(value, targets, local_, path_, report_);
    }
    if (type.name.text() == "Extension") extension(value);
    if (type.name.text() == "Attachment") check_attachment(value, report_);
    if ((present & 1) != 0) note_id(value);
    constraints(value, type, present, type.constraints);
    if (rules == nullptr) return;
    if (rules->values != nullptr) check_binding(value, type, *rules->values, report_);
    constraints(value, type, present, rules->constraints);
}

void Validator::primitive(json::Value value, Element const& element) {
    auto const& type = *element.type;
    if (auto const checked = check_primitive(value, type.lexical); !checked)
        return report_.error("value", checked.error().why);
    if (is_uri(type.lexical)) {
        local_.note(value);
        check_uri(value, element, report_);
        bool const local = type.lexical == Lexical::canonical && value.raw_text().starts_with('#');
        if (local && !local_.resolves(value))
            report_.error("invalid", "a fragment that names no contained resource");
    }
    if (type.lexical == Lexical::xhtml && may_link_inside(value)) narratives_.push_back(value);
    if (type.lexical == Lexical::string || type.lexical == Lexical::markdown)
        check_text(value, type.lexical, report_);
    if (element.rules == nullptr) return;
    if (element.rules->values != nullptr)
        check_binding(value, type, *element.rules->values, report_);
    constraints(value, type, 0, element.rules->constraints);
}

// "_birthDate": the id and extensions of the primitive "birthDate" (json.html#primitive).
void Validator::companion(json::Value parent, json::Value value, Element const& element) {
    if (element.type->kind != TypeKind::primitive)
        return report_.error("structure", "unknown element");
    if (element.many) return companions(parent, value, element);
    extended(value, element, parent.member(element.name.text()) ? Has::value : Has::no_value);
}

void Validator::companions(json::Value parent, json::Value value, Element const& element) {
    if (!value.is_array()) return report_.error("structure", "a list is expected");
    if (value.size() == 0) return report_.error("structure", "a list may not be empty");
    auto const values = parent.member(element.name.text());
    if (values && (!values->is_array() || values->size() != value.size()))
        return report_.error("structure", "values and their extensions differ in number");
    auto counterpart = values ? values->elements().begin() : value.elements().end();
    std::size_t index = 0;
    for (auto const each : value.elements()) {
        bool const has_value = values && !(*counterpart).is_null();
        if (values) ++counterpart;
        path_.at_index(index++);
        if (!each.is_null())
            extended(each, element, has_value ? Has::value : Has::no_value);
        else if (!has_value)
            report_.error("structure", "null without an extension");
    }
    path_.at_no_index();
}

void Validator::extended(json::Value value, Element const& element, Has has) {
    auto const present = object(value, *element_type_);
    if ((present & 1) != 0) note_id(value);
    if (has == Has::value) return;
    check_absent_code(value, element, report_);
    if ((present & ~std::uint64_t{1}) == 0 && value.size() != 0)
        report_.error("invariant", "an element needs more than an id",
                      DefinitionText("ele-1", "All FHIR elements must have a @value or children"));
}

// An ElementDefinition's id is a name in its own right, the same in snapshot and differential.
void Validator::note_id(json::Value value) {
    auto const depth = path_.depth();
    bool const element =
        depth > 0 && path_.element(depth - 1).type->name.text() == "ElementDefinition";
    auto id = element ? std::nullopt : value.text_member("id");
    if (!id) return;
    if (id->find(' ') != std::string::npos) report_.error("invalid", "an id has no blanks");
    ids_.push_back(*std::move(id));
}

// "The id of the element SHALL be unique within the resource"
// (https://hl7.org/fhir/R4/element.html). Of the resource whose first is there.
void Validator::check_ids(std::size_t first) {
    if (ids_.size() == first) return;
    auto const own = std::span(ids_).subspan(first);
    std::ranges::sort(own);
    if (std::ranges::adjacent_find(own) != own.end())
        report_.error("invalid", "two elements have the same id");
    ids_.resize(first);
}

void Validator::constraints(json::Value value, Type const& type, std::uint64_t present,
                            std::span<Constraint const* const> list) {
    for (auto const* constraint : list) {
        if (constraint->severity == Severity::warning &&
            options_.thoroughness == Thoroughness::errors)
            continue;
        if (decide(*constraint, value, type, present) == Verdict::violated) violation(*constraint);
    }
}

Verdict Validator::decide(Constraint const& constraint, json::Value value, Type const& type,
                          std::uint64_t present) {
    auto const verdict = run_presence(constraint.presence, present);
    if (verdict != Verdict::undecided) return verdict;
    auto const of = [](bool satisfied) {
        return satisfied ? Verdict::satisfied : Verdict::violated;
    };
    if (constraint.check == Check::distinct_entries) return of(has_distinct_entries(value));
    if (constraint.check == Check::contained_use && !local_.are_distinct())
        report_.error("invalid", "two contained resources have the same id");
    if (constraint.check == Check::contained_use) return of(local_.all_used());
    if (constraint.check == Check::contained_target) {
        auto const reference = value.member("reference");
        bool const here = reference && reference->is_string() && reference->text().starts_with('#');
        return of(!here || local_.resolves(*reference));
    }
    auto const* expression = Invariants::of_r4().expression_of(constraint);
    if (expression == nullptr) return Verdict::undecided;
    return invariants_.judge(*expression, value, type);
}

void Validator::violation(Constraint const& constraint) {
    report_.report(constraint.severity, "invariant", "a constraint is not satisfied",
                   DefinitionText(constraint.key, constraint.human));
}

}  // namespace salus::fhir
