#include "cedar/schema.h"

#include <gtest/gtest.h>
#include <string>

namespace salus::cedar {
namespace {

Schema schema_of(std::string_view text) {
    auto schema = Schema::parse(text);
    EXPECT_TRUE(schema.has_value()) << (schema ? "" : schema.error().front().text);
    return schema ? *std::move(schema) : Schema({}, {});
}

// "line:column text" of each message.
std::string refusal_of(std::string_view text) {
    auto const schema = Schema::parse(text);
    if (schema) return "accepted";
    std::string all;
    for (auto const& message : schema.error()) {
        if (!all.empty()) all += '\n';
        all += std::to_string(message.position.line) + ":" +
               std::to_string(message.position.column) + " " + message.text;
    }
    return all;
}

std::string attributes_of(Schema const& schema, std::string_view name) {
    auto const* const type = schema.entity_type(name);
    return type == nullptr ? "none" : to_text(*type->attributes);
}

TEST(Schema, DeclaresEntityTypes) {
    auto const schema = schema_of(R"(
        // people, and what they stand in
        @doc("a person") entity User, Service in [Role, Team] = {
            name: String, @doc("years") "age in years"?: Long,
            address: { street: String, at?: __cedar::ipaddr }, labels: Set<String>,
        } tags Set<Long>;
        entity Role in Team;
        entity Team in Team;
        entity Color enum ["red", "gr\u{fc}n", "red"];)");
    EXPECT_EQ(attributes_of(schema, "Service"),
              "{address: {at?: ipaddr, street: String}, age in years?: Long, "
              "labels: Set<String>, name: String}");
    auto const& user = *schema.entity_type("User");
    EXPECT_EQ(to_text(*user.tags), "Set<Long>");
    EXPECT_EQ(user.ancestors, (std::set<std::string>{"Role", "Team"}));
    EXPECT_EQ(schema.entity_type("Color")->identifiers, (std::set<std::string>{"grün", "red"}));
    EXPECT_TRUE(schema.may_be_in("Role", "Team"));
    EXPECT_TRUE(schema.may_be_in("User", "User"));
    EXPECT_FALSE(schema.may_be_in("Team", "Role"));
    EXPECT_EQ(schema.entity_type("Colour"), nullptr);
}

TEST(Schema, DeclaresActions) {
    auto const schema = schema_of(R"(
        entity User; entity Photo;
        type Where = { zone?: String };
        action all;
        action "read all", list in [all] appliesTo {
            resource: [Photo, User], principal: User, context: Where, };
        action peek in Action::"list";)");
    auto const& action = *schema.action({"Action", "read all"});
    EXPECT_EQ(action.principals, std::set<std::string>{"User"});
    EXPECT_EQ(action.resources, (std::set<std::string>{"Photo", "User"}));
    EXPECT_EQ(to_text(*action.context), "{zone?: String}");
    auto const& peek = *schema.action({"Action", "peek"});
    EXPECT_EQ(peek.ancestors, (std::set<EntityUid>{{"Action", "all"}, {"Action", "list"}}));
    EXPECT_TRUE(peek.principals.empty());
    EXPECT_EQ(to_text(*peek.context), "{}");
}

TEST(Schema, LooksForNamesFromTheInside) {
    auto const schema = schema_of(R"(
        entity Outside;
        namespace Clinic::Ward {
            type Place = { room: Long };
            entity Bed = { at: Place, of: Outside, other: Other::Thing, next?: Bed, by: Action };
            action book in "read" appliesTo { principal: Outside, resource: Bed };
            action "read";
        }
        namespace Other { entity Thing; entity Long; entity User = { age: Long }; })");
    EXPECT_EQ(attributes_of(schema, "Clinic::Ward::Bed"),
              "{at: {room: Long}, by: Clinic::Ward::Action, next?: Clinic::Ward::Bed, "
              "of: Outside, other: Other::Thing}");
    EXPECT_EQ(attributes_of(schema, "Other::User"), "{age: Other::Long}");
    EXPECT_NE(schema.action({"Clinic::Ward::Action", "book"}), nullptr);
    EXPECT_TRUE(schema.may_be_in("Clinic::Ward::Action", "Clinic::Ward::Action"));
}

TEST(Schema, SaysWhereTheGrammarIsBroken) {
    EXPECT_EQ(refusal_of("entity A\n  entity B;"), "2:3 expected `;`");
    EXPECT_EQ(refusal_of("entity if;"), "1:8 expected an identifier; `if` is reserved");
    EXPECT_EQ(refusal_of("entity A { a: Set<Long };"), "1:24 expected `>`");
    EXPECT_EQ(refusal_of("entity A = ;"), "1:12 expected `{`");
    EXPECT_EQ(refusal_of("entity A enum [];"), "1:16 expected a text in quotes");
    EXPECT_EQ(refusal_of("entity A { \"a\\q\": Long };"), "1:14 unknown escape");
    EXPECT_EQ(refusal_of("entity A { \"\\u{d800}\": Long };"), "1:13 unknown escape");
    EXPECT_EQ(refusal_of("entity A { \"a: Long };"), "1:12 this text is not closed");
    EXPECT_EQ(refusal_of("permit (principal);"),
              "1:1 expected `entity`, `action`, `type` or `namespace`");
    EXPECT_EQ(refusal_of("@a @a entity A;"), "1:5 annotation `a` stands here twice");
    EXPECT_EQ(refusal_of("entity A; action a appliesTo { principal: A };"),
              "1:30 `appliesTo` needs `principal` and `resource`");
    EXPECT_EQ(refusal_of("entity A; #"), "1:11 unexpected character");
    EXPECT_EQ(refusal_of("entity A\xff;"), "1:1 the schema is not valid UTF-8");
}

TEST(Schema, SaysWhichNamesAreWrong) {
    EXPECT_EQ(refusal_of("entity A in B; entity C { x: D, y: E::F };"),
              "1:13 entity type `B` is not declared\n1:30 type `D` is not declared\n"
              "1:36 type `E::F` is not declared");
    EXPECT_EQ(refusal_of("entity A, A;"), "1:11 entity type `A` is declared twice");
    EXPECT_EQ(refusal_of("entity A { a: Long, a: Long };"), "1:21 attribute `a` is declared twice");
    EXPECT_EQ(refusal_of("action a, \"a\";"), "1:11 action `a` is declared twice");
    EXPECT_EQ(refusal_of("type T = Long; type T = Long;"), "1:21 type `T` is declared twice");
    EXPECT_EQ(refusal_of("type T = Set<U>; type U = { t: T };"), "1:32 type `T` is made of itself");
    EXPECT_EQ(refusal_of("action a in b; action b in a;"),
              "1:8 action `a` is in itself\n1:23 action `b` is in itself");
    EXPECT_EQ(refusal_of("action a in Other::Action::\"b\";"), "1:28 action `b` is not declared");
    EXPECT_EQ(refusal_of("type Set = Long;"), "1:6 `Set` is reserved");
    EXPECT_EQ(refusal_of("entity Action;"),
              "1:8 `Action` is the type of actions, which is not declared");
    EXPECT_EQ(refusal_of("namespace __cedar::x { entity A; }"), "1:11 `__cedar` is reserved");
    EXPECT_EQ(refusal_of("entity A; namespace N { entity A; }"),
              "1:32 `A` is also declared outside of the namespaces");
    EXPECT_EQ(refusal_of("namespace N { entity A; } namespace N { entity B; }"),
              "1:37 namespace `N` is declared twice");
    EXPECT_EQ(refusal_of("entity A; type C = Set<A>;\n"
                         "action a appliesTo { principal: A, resource: A, context: C };"),
              "2:58 a context is a record");
}

TEST(Schema, KeepsItsBounds) {
    std::string deep = "entity A { a: ";
    for (int i = 0; i < 60; ++i) deep += "Set<";
    EXPECT_TRUE(refusal_of(deep).ends_with("types stand too deep in each other"));

    // Each type has the one before it twice: 2^40 types in all.
    std::string wide = "type T0 = Long;";
    for (int i = 1; i <= 40; ++i) {
        auto const before = "T" + std::to_string(i - 1);
        wide += "type T" + std::to_string(i) + " = { a: " + before + ", b: " + before + " };";
    }
    EXPECT_TRUE(refusal_of(wide).ends_with("this type is too large"));

    std::string chain = "type T0 = Long;";
    for (int i = 1; i <= 900; ++i) {
        chain += "type T" + std::to_string(i) + " = Set<T" + std::to_string(i - 1) + ">;";
    }
    EXPECT_NE(refusal_of(chain), "accepted");

    std::string many = "entity A0";
    for (int i = 1; i < 1001; ++i) many += ", A" + std::to_string(i);
    EXPECT_EQ(refusal_of(many + ";"), "1:1 the schema declares too much");
    EXPECT_EQ(refusal_of(std::string(kSchemaTextBytes + 1, ' ')), "1:1 the schema is too long");
}

TEST(SchemaTypes, HaveACommonTypeOnlyIfTheyAreAlike) {
    auto const yes = plain_type(TypeKind::always_true);
    auto const number = plain_type(TypeKind::integer);
    EXPECT_EQ(common_type(yes, plain_type(TypeKind::always_false))->kind, TypeKind::boolean);
    EXPECT_EQ(common_type(yes, yes)->kind, TypeKind::always_true);
    EXPECT_EQ(common_type(yes, number), nullptr);
    EXPECT_EQ(common_type(entity_type("A"), entity_type("B")), nullptr);
    auto const one = record_type({{"a", {number, true}}, {"b", {yes, false}}});
    auto const optional = record_type({{"a", {number, false}}, {"b", {yes, false}}});
    auto const fewer = record_type({{"a", {number, true}}});
    EXPECT_NE(common_type(one, record_type({{"a", {number, true}}, {"b", {yes, false}}})), nullptr);
    EXPECT_EQ(common_type(one, optional), nullptr);
    EXPECT_EQ(common_type(one, fewer), nullptr);
    EXPECT_EQ(common_type(set_type(one), set_type(fewer)), nullptr);
}

}  // namespace
}  // namespace salus::cedar
