#include "cedar/schema_conformance.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace salus::cedar {
namespace {

Schema clinic() {
    return *Schema::parse(R"(
        entity User in [Role] = { name: String, boss?: User } tags Long;
        entity Role;
        entity Color enum ["red"];
        action all;
        action read in all appliesTo { principal: User, resource: [Role, Color],
            context: { hour: Long, codes: Set<String>, from: ipaddr,
                       network: { zone: String, color?: Color } } };)");
}

RecordPointer record_of(std::vector<Record::Member> members) {
    return std::make_shared<Record const>(std::move(members));
}

Value texts_of(std::vector<Value> elements) {
    return Value(Set(std::move(elements)));
}

std::vector<Record::Member> good_context() {
    return {{"hour", Value(std::int64_t{8})},
            {"codes", texts_of({Value(std::string("a"))})},
            {"from", Value(IpRange{})},
            {"network", Value(record_of({{"zone", Value(std::string("internal"))}}))}};
}

std::string fault_of(Conformance const& conformance) {
    return conformance ? "" : conformance.error();
}

// Of the good context with one member set to something else.
std::string context_fault(std::string name, Value value) {
    auto members = good_context();
    members.emplace_back(std::move(name), std::move(value));
    EntityUid const principal{"User", "ada"};
    EntityUid const action{"Action", "read"};
    EntityUid const resource{"Role", "nurse"};
    return fault_of(conforms({principal, action, resource, Record(std::move(members))}, clinic()));
}

std::string uid_fault(EntityUid const& principal, EntityUid const& action,
                      EntityUid const& resource) {
    return fault_of(conforms({principal, action, resource, Record(good_context())}, clinic()));
}

TEST(SchemaConformance, ChecksContexts) {
    EXPECT_EQ(context_fault("hour", Value(std::int64_t{9})), "");
    EXPECT_EQ(context_fault("hour", Value(true)), "context.hour: it is not of type Long");
    EXPECT_EQ(context_fault("from", Value(std::string("10.0.0.1"))),
              "context.from: it is not of type ipaddr");
    EXPECT_EQ(context_fault("codes", texts_of({Value(std::string("a")), Value(false)})),
              "context.codes[]: it is not of type String");
    EXPECT_EQ(context_fault("codes", texts_of({})), "");
    EXPECT_EQ(context_fault("network", Value(record_of({}))), "context.network.zone: it is absent");
    EXPECT_EQ(
        context_fault("network", Value(record_of({{"zone", Value(std::string("x"))},
                                                  {"color", Value(EntityUid{"Color", "red"})}}))),
        "");
    EXPECT_EQ(
        context_fault("network", Value(record_of({{"zone", Value(std::string("x"))},
                                                  {"color", Value(EntityUid{"Color", "tan"})}}))),
        "context.network.color: there is no such entity");
    // Names that are not declared may be data.
    EXPECT_EQ(context_fault("Ada Lovelace", Value(true)),
              "context: it has an attribute that is not declared");
}

TEST(SchemaConformance, ChecksWhoAndWhat) {
    EXPECT_EQ(uid_fault({"User", "a"}, {"Action", "read"}, {"Color", "red"}), "");
    EXPECT_EQ(uid_fault({"User", "a"}, {"Action", "read"}, {"Color", "tan"}),
              "resource: there is no such entity");
    EXPECT_EQ(uid_fault({"User", "a"}, {"Action", "write"}, {"Role", "a"}),
              "action: it is not declared");
    EXPECT_EQ(uid_fault({"User", "a"}, {"Action", "all"}, {"Role", "a"}),
              "principal: the action does not apply to its type");
    EXPECT_EQ(uid_fault({"Usr", "a"}, {"Action", "read"}, {"Role", "a"}),
              "principal: there is no such entity");
    EXPECT_EQ(uid_fault({"User", "a"}, {"Action", "read"}, {"User", "a"}),
              "resource: the action does not apply to its type");
}

TEST(SchemaConformance, ChecksEntities) {
    auto const schema = clinic();
    auto const name = std::pair<std::string, Value>("name", Value(std::string("Ada")));
    Entity ada{{"User", "ada"}, record_of({name}), nullptr, {{"Role", "nurse"}}};
    EXPECT_EQ(fault_of(conforms(ada, schema)), "");
    ada.tags = record_of({{"floor", Value(std::int64_t{2})}});
    EXPECT_EQ(fault_of(conforms(ada, schema)), "");
    ada.tags = record_of({{"floor", Value(true)}});
    EXPECT_EQ(fault_of(conforms(ada, schema)), "User tags: it is not of type Long");
    ada.tags = nullptr;
    ada.attributes = nullptr;
    EXPECT_EQ(fault_of(conforms(ada, schema)), "User.name: it is absent");
    ada.attributes = record_of({name, {"boss", Value(EntityUid{"Role", "x"})}});
    EXPECT_EQ(fault_of(conforms(ada, schema)), "User.boss: it is not of type User");
    ada.attributes = record_of({name});
    ada.parents.push_back({"Color", "red"});
    EXPECT_EQ(fault_of(conforms(ada, schema)), "User: it cannot be in what it is in");
    EXPECT_EQ(fault_of(conforms({{"Role", "x"}, nullptr, ada.attributes, {}}, schema)),
              "Role tags: none are declared");
    EXPECT_EQ(fault_of(conforms({{"Color", "tan"}, nullptr, nullptr, {}}, schema)),
              "Color: there is no such entity");
    EXPECT_EQ(fault_of(conforms({{"Patient", "x"}, nullptr, nullptr, {}}, schema)),
              "entity: its type is not declared");
}

TEST(SchemaConformance, ChecksActions) {
    auto const schema = clinic();
    Entity read{{"Action", "read"}, nullptr, nullptr, {{"Action", "all"}}};
    EXPECT_EQ(fault_of(conforms(read, schema)), "");
    read.parents.clear();
    EXPECT_EQ(fault_of(conforms(read, schema)),
              "action: its parents are not those that are declared");
    read.uid.id = "write";
    EXPECT_EQ(fault_of(conforms(read, schema)), "action: it is not declared");
}

}  // namespace
}  // namespace salus::cedar
