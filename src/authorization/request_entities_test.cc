// What entities are told to be in, and what they are said to be in when asked one by one.
#include "authorization/request_entities.h"

#include <gtest/gtest.h>
#include <set>

#include "authorization/policy_for_test.h"
#include "authorization/type_groups.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using cedar::EntityUid;

class Collected final : public cedar::EntityVisitor {
public:
    void visit(std::string_view type, std::string_view id) override {
        all_.insert({std::string(type), std::string(id)});
    }
    [[nodiscard]] std::set<EntityUid> const& all() const { return all_; }

private:
    std::set<EntityUid> all_;
};

// Whatever policies may name.
std::vector<EntityUid> nameable() {
    std::vector<EntityUid> all{{"Role", "physician"}, {"Role", "nurse"},      {"Role", ""},
                               {"Type", "Nothing"},   {"TypeGroup", ""},      {"Record", "Patient"},
                               {"Function", "keys"},  {"TypeGroup", "audit"}, {"User", "u1"}};
    for (auto const& type : fhir::resource_types()) {
        all.push_back({"Type", std::string(type.name.text())});
        all.push_back({"TypeGroup", std::string(group_of(type.name.text()))});
    }
    return all;
}

void expect_alike(RequestEntities const& entities, EntityUid const& uid) {
    Collected told;
    entities.visit_ancestors(uid, told);
    for (auto const& name : nameable()) {
        bool const is_told = name == uid || told.all().contains(name);
        EXPECT_EQ(entities.is_in(uid, name), is_told)
            << uid.type << " " << uid.id << " in " << name.type << " " << name.id;
    }
}

TEST(RequestEntities, TellAncestorsAsTheyAreAskedForThem) {
    auto caller = facts_of_caller("user/*.rs", kTreat);
    caller.roles = request::united({*request::RoleName::parse("nurse")},
                                   {*request::RoleName::parse("physician")});
    RequestEntities entities(caller, TenantName("default"));
    for (auto const* type : {"Patient", "Observation", "AuditEvent", "Nothing", "*"}) {
        entities.ask_about_type(type, {});
        expect_alike(entities, entities.principal());
        expect_alike(entities, entities.resource());
        expect_alike(entities, {"Record", "Encounter"});
        expect_alike(entities, {"Type", "Encounter"});
        expect_alike(entities, {"Type", "Nothing"});
        expect_alike(entities, {"Action", "read"});
    }
    entities.ask_about_function("keys");
    expect_alike(entities, entities.resource());
    caller.roles = {};
    expect_alike(entities, entities.principal());
}

}  // namespace
}  // namespace salus::authorization
