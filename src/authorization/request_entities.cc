#include "authorization/request_entities.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "authorization/type_groups.h"
#include "cedar/borrowed.h"
#include "fhir/compartment.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using cedar::Entity;
using cedar::EntityUid;
using cedar::Value;

// As std::string_view they are told apart by their lengths first.
constexpr std::string_view kRecord = "Record";
constexpr std::string_view kRole = "Role";
constexpr std::string_view kType = "Type";
constexpr std::string_view kTypeGroup = "TypeGroup";

// In the order of names, as a Record is.
cedar::Shape const& principal_shape() {
    static cedar::Shape const kShape({"client", "locations", "tenant"});
    return kShape;
}
cedar::Shape const& record_shape() {
    static cedar::Shape const kShape({"authored", "careRelationship", "consented", "inPatient",
                                      "labels", "locations", "own", "represented", "tenant"});
    return kShape;
}
cedar::Shape const& function_shape() {
    static cedar::Shape const kShape({"tenant"});
    return kShape;
}

// Evaluation mostly asks about the very uids that the request names.
bool is_same(EntityUid const& one, EntityUid const& other) noexcept {
    return &one == &other || one == other;
}

// What carries no label, and who works nowhere in particular, shared without being counted.
cedar::SetPointer no_texts() {
    static cedar::Set const kNone(std::vector<Value>{});
    return {cedar::SetPointer(), &kNone};
}

cedar::SetPointer texts(std::span<std::string const> given) {
    if (given.empty()) return no_texts();
    std::vector<Value> values;
    values.reserve(given.size());
    for (auto const& text : given) values.emplace_back(text);
    return std::make_shared<cedar::Set const>(std::move(values));
}

cedar::SetPointer texts(std::span<request::PlaceName const> given) {
    if (given.empty()) return no_texts();
    std::vector<Value> values;
    values.reserve(given.size());
    for (auto const& place : given) values.emplace_back(place.text());
    return std::make_shared<cedar::Set const>(std::move(values));
}

cedar::Record principal_attributes(request::CallerFacts const& caller) {
    std::vector<Value> values;
    values.reserve(3);
    values.emplace_back(caller.client.text());
    values.emplace_back(texts(caller.locations));
    values.emplace_back(caller.tenant.text());
    return {cedar::borrow(principal_shape()), std::move(values)};
}

EntityUid principal_of(request::CallerFacts const& caller) {
    return caller.person ? EntityUid{"User", caller.person->id.text()}
                         : EntityUid{"Service", caller.client.text()};
}

}  // namespace

RequestEntities::RequestEntities(request::CallerFacts const& caller, TenantName tenant)
    : caller_(caller),
      tenant_(std::move(tenant)),
      principal_attributes_(principal_attributes(caller)),
      principal_{.uid = principal_of(caller),
                 .attributes = cedar::borrow(principal_attributes_),
                 .tags = {},
                 .parents = {}},
      resource_{
          .uid = {}, .attributes = cedar::borrow(resource_attributes_), .tags = {}, .parents = {}} {
}

void RequestEntities::ask_about_type(std::string_view type, Record const& record) {
    auto const* definition = fhir::find_resource_type(type);
    bool const in_patient = definition != nullptr && !fhir::is_shared_type(*definition);
    // An app that a clinician launched for a patient is bound to the patient, too.
    bool const here = in_patient && record.bound && caller_.person;
    resource_.uid.type = kRecord;
    resource_.uid.id = type;
    group_ = definition != nullptr ? group_of(*definition) : group_of(type);
    auto values = std::move(resource_attributes_).release();
    values.clear();
    values.reserve(9);
    values.emplace_back(record.authored);
    values.emplace_back(record.care && in_patient);
    values.emplace_back(texts(record.consented));
    values.emplace_back(in_patient);
    values.emplace_back(texts(record.labels));
    values.emplace_back(texts(record.locations));
    values.emplace_back(here && caller_.person->is_patient);
    values.emplace_back(here && caller_.person->represents);
    values.emplace_back(tenant_.text());
    resource_attributes_ = cedar::Record(cedar::borrow(record_shape()), std::move(values));
}

void RequestEntities::ask_about_function(std::string_view function) {
    group_ = {};
    resource_.uid.type = "Function";
    resource_.uid.id = function;
    resource_attributes_ = cedar::Record(cedar::borrow(function_shape()), {Value(tenant_.text())});
}

Entity const* RequestEntities::find(EntityUid const& uid) const noexcept {
    if (is_same(uid, resource_.uid)) return &resource_;
    return is_same(uid, principal_.uid) ? &principal_ : nullptr;
}

bool RequestEntities::is_about_type(std::string_view type) const noexcept {
    return resource_.uid.id == type && resource_.uid.type == kRecord;
}

bool RequestEntities::is_in(EntityUid const& uid, EntityUid const& ancestor) const {
    std::string_view const kind = ancestor.type;
    if (kind == kRole && is_same(uid, principal_.uid)) return has_role(ancestor.id);
    bool const group = kind == kTypeGroup;
    if (!group && kind != kType) return uid == ancestor;
    if (uid.type == kRecord && is_same(uid, resource_.uid))
        return (group ? group_ : std::string_view(uid.id)) == ancestor.id;
    if (group && uid.type == kType) return group_of(uid.id) == ancestor.id;
    return uid == ancestor;
}

void RequestEntities::visit_ancestors(EntityUid const& uid, cedar::EntityVisitor& visitor) const {
    if (is_same(uid, principal_.uid)) {
        for (auto const& role : caller_.roles) visitor.visit(kRole, role.text());
    }
    if (uid.type == kRecord && is_same(uid, resource_.uid)) {
        visitor.visit(kType, uid.id);
        visitor.visit(kTypeGroup, group_);
    }
    if (uid.type == kType) visitor.visit(kTypeGroup, group_of(uid.id));
}

bool RequestEntities::has_role(std::string_view role) const noexcept {
    return std::ranges::any_of(caller_.roles, [&](auto const& own) { return own.text() == role; });
}

}  // namespace salus::authorization
