#include "authorization/request_entities.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "authorization/type_groups.h"
#include "fhir/compartment.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using cedar::Entity;
using cedar::EntityUid;
using cedar::Value;

cedar::RecordPointer attributes(std::vector<cedar::Record::Member> members) {
    return std::make_shared<cedar::Record const>(std::move(members));
}

Value set_of(std::span<std::string const> texts) {
    std::vector<Value> values;
    for (auto const& text : texts) values.emplace_back(text);
    return Value(cedar::Set(std::move(values)));
}

Entity principal_of(request::CallerFacts const& caller) {
    Entity principal{.uid = {}, .attributes = {}, .tags = {}, .parents = {}};
    principal.uid = caller.person ? EntityUid{"User", caller.person->id.text()}
                                  : EntityUid{"Service", caller.client.text()};
    principal.attributes = attributes(
        {{"client", Value(caller.client.text())}, {"tenant", Value(caller.tenant.text())}});
    return principal;
}

}  // namespace

RequestEntities::RequestEntities(request::CallerFacts const& caller, TenantName tenant)
    : caller_(caller), tenant_(std::move(tenant)), principal_(principal_of(caller)) {}

void RequestEntities::ask_about_type(std::string_view type, Record const& record) {
    auto const* definition = fhir::find_resource_type(type);
    bool const in_patient = definition != nullptr && !fhir::is_shared_type(*definition);
    // An app that a clinician launched for a patient is bound to the patient, too.
    bool const here = in_patient && record.bound && caller_.person;
    resource_.uid = {"Record", std::string(type)};
    resource_.attributes = attributes({{"authored", Value(record.authored)},
                                       {"careRelationship", Value(record.care && in_patient)},
                                       {"consented", set_of(record.consented)},
                                       {"inPatient", Value(in_patient)},
                                       {"labels", set_of(record.labels)},
                                       {"own", Value(here && caller_.person->is_patient)},
                                       {"represented", Value(here && caller_.person->represents)},
                                       {"tenant", Value(tenant_.text())}});
}

void RequestEntities::ask_about_function(std::string_view function) {
    resource_.uid = {"Function", std::string(function)};
    resource_.attributes = attributes({{"tenant", Value(tenant_.text())}});
}

Entity const* RequestEntities::find(EntityUid const& uid) const noexcept {
    if (uid == principal_.uid) return &principal_;
    return uid == resource_.uid ? &resource_ : nullptr;
}

bool RequestEntities::is_in(EntityUid const& uid, EntityUid const& ancestor) const {
    if (uid == ancestor) return true;
    if (uid == principal_.uid) {
        return ancestor.type == "Role" && std::ranges::any_of(caller_.roles, [&](auto const& role) {
                   return role.text() == ancestor.id;
               });
    }
    bool const is_record = uid.type == "Record" && uid == resource_.uid;
    if (ancestor.type == "Type") return is_record && uid.id == ancestor.id;
    bool const has_group = is_record || uid.type == "Type";
    return has_group && ancestor.type == "TypeGroup" && group_of(uid.id) == ancestor.id;
}

}  // namespace salus::authorization
