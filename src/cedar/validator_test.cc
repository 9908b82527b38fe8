#include "cedar/validator.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "cedar/policy_set.h"

namespace salus::cedar {
namespace {

constexpr std::string_view kWard = R"(
    entity User in Role = {
        name: String, age: Long, boss?: User, home: { city: String, zip?: String }
    } tags String;
    entity Role;
    entity Record in Folder = { owner: User, labels: Set<String>, seen?: datetime };
    entity Folder;
    entity Color enum ["red", "green"];
    action any;
    action read, write in any appliesTo {
        principal: User, resource: [Record, Folder],
        context: { hour: Long, from: ipaddr, reason?: String, color: Color },
    };
    action list appliesTo { principal: User, resource: Folder, context: { now: datetime } };)";

Validation validation_of(std::string_view policy) {
    auto const schema = Schema::parse(kWard);
    auto const policies = parse_policies(policy);
    EXPECT_TRUE(schema.has_value());
    EXPECT_TRUE(policies.has_value()) << (policies ? "" : policies.error().front().text) << policy;
    if (!schema || !policies) return {};
    return validate(*policies, *schema);
}

// "" if nothing is wrong; without the triple that it was found in.
std::string first_error(std::string_view policy) {
    auto const validation = validation_of(policy);
    if (validation.passed()) return "";
    auto const& text = validation.errors.front().message.text;
    return text.substr(0, text.find(" (principal"));
}

// Of a condition on reading a record.
std::string error_in(std::string const& condition) {
    return first_error(
        R"(permit(principal, action == Action::"read", resource is Record) when { )" + condition +
        " };");
}

bool is_impossible(std::string const& condition) {
    auto const validation =
        validation_of("permit(principal, action, resource is Record) when { " + condition + " };");
    EXPECT_TRUE(validation.passed()) << validation.errors.front().message.text;
    return !validation.warnings.empty();
}

TEST(Validator, TakesWhatCannotFail) {
    EXPECT_EQ(error_in(R"(principal.age >= 18 && principal.home.city like "W*")"), "");
    EXPECT_EQ(error_in(R"(resource.owner == principal || principal in Role::"chief")"), "");
    EXPECT_EQ(error_in(R"(resource.labels.containsAny(["a", "b"]) && !resource.labels.isEmpty())"),
              "");
    EXPECT_EQ(error_in(R"(context.from.isInRange(ip("10.0.0.0/8")) && -context.hour * 2 < 3)"), "");
    EXPECT_EQ(error_in(R"(context.color == Color::"red" && resource in Folder::"f")"), "");
    EXPECT_EQ(error_in(R"({a: 1, b: {c: "x"}}.b.c == principal["name"])"), "");
    EXPECT_EQ(error_in(R"(resource has seen && resource.seen.toDate() < datetime("2026-01-01"))"),
              "");
}

TEST(Validator, SaysWhereAndInWhichTriple) {
    auto const validation = validation_of(
        "@id(\"first\") permit(principal, action, resource);\n"
        "@id(\"second\") permit(principal, action, resource)\nwhen { context.hour == 1 };");
    ASSERT_EQ(validation.errors.size(), 1U);
    EXPECT_EQ(validation.errors.front(),
              (Finding{"second",
                       {{3, 16},
                        "{now: datetime} has no attribute `hour` (principal User, action "
                        "Action::\"list\", resource Folder)"}}));
    EXPECT_TRUE(validation.warnings.empty());
}

TEST(Validator, KnowsAttributes) {
    EXPECT_EQ(error_in("principal.nam == \"x\""), "User has no attribute `nam`");
    EXPECT_EQ(error_in("action.name == \"x\""), "Action has no attribute `name`");
    EXPECT_EQ(error_in("principal.age.years == 1"),
              "expected an entity or a record, but this is of type Long");
    EXPECT_EQ(
        first_error("permit(principal, action, resource) when { resource.labels.isEmpty() };"),
        "Folder has no attribute `labels`");
    EXPECT_EQ(first_error("permit(principal, action, resource)"
                          "when { resource is Record && resource.labels.isEmpty() };"),
              "");
}

TEST(Validator, WantsAGuardForWhatMayBeAbsent) {
    std::string const absent = "attribute `boss` of User may be absent; ask with `has` before";
    EXPECT_EQ(error_in("principal.boss == principal"), absent);
    EXPECT_EQ(error_in("principal has boss && principal.boss == principal"), "");
    EXPECT_EQ(error_in("principal.boss == principal && principal has boss"), absent);
    EXPECT_EQ(error_in("principal has boss || principal.boss == principal"), absent);
    EXPECT_EQ(error_in("!(principal has boss) && principal.boss == principal"), absent);
    EXPECT_EQ(error_in("!(principal has boss) || principal.boss == principal"), absent);
    EXPECT_EQ(error_in("if principal has boss then principal.boss.age > 1 else false"), "");
    EXPECT_EQ(error_in("if principal has boss then false else principal.boss.age > 1"), absent);
    EXPECT_EQ(error_in("resource.owner has boss && principal.boss.age > 1"), absent);
    EXPECT_EQ(error_in("resource.owner has boss && resource.owner.boss.age > 1"), "");
    EXPECT_EQ(error_in("(principal has boss || principal.age > 1) && principal.boss.age > 1"),
              absent);
    EXPECT_EQ(error_in("((principal has boss && principal.age > 1) || principal has boss) &&"
                       "principal.boss.age > 1"),
              "");
    EXPECT_EQ(error_in("(if principal.age > 1 then principal has boss else true) &&"
                       "principal.boss.age > 1"),
              absent);
    EXPECT_EQ(error_in("principal has boss.boss && principal.boss.boss.age > 1"), "");
    EXPECT_EQ(error_in("principal has boss && principal.boss.boss.age > 1"), absent);
    EXPECT_EQ(error_in("principal.home has zip && principal.home.zip == \"1\""), "");
    EXPECT_EQ(error_in("true } when { principal has boss } when { principal.boss.age > 1"), "");
    EXPECT_EQ(error_in("true } unless { principal has boss } when { principal.boss.age > 1"),
              absent);
}

TEST(Validator, WantsAGuardForTags) {
    EXPECT_EQ(error_in("principal.getTag(\"a\") == \"b\""),
              "this tag of User may be absent; ask with hasTag() before");
    EXPECT_EQ(error_in("principal.hasTag(\"a\") && principal.getTag(\"a\") like \"b*\""), "");
    EXPECT_EQ(error_in("principal.hasTag(\"a\") && principal.getTag(\"b\") == \"b\""),
              "this tag of User may be absent; ask with hasTag() before");
    EXPECT_EQ(error_in("principal.hasTag(principal.name) && "
                       "principal.getTag(principal.name) == \"b\""),
              "");
    EXPECT_EQ(error_in("resource.getTag(\"a\") == \"b\""), "Record has no tags");
    EXPECT_EQ(error_in("!resource.hasTag(\"a\")"), "");
    EXPECT_EQ(error_in("principal.hasTag(1)"), "expected String, but this is of type Long");
}

TEST(Validator, KnowsOperandsTypes) {
    EXPECT_EQ(error_in("principal.age"), "expected Bool, but this is of type Long");
    EXPECT_EQ(error_in("!principal.name"), "expected Bool, but this is of type String");
    EXPECT_EQ(error_in("principal.name < 1"),
              "expected Long, datetime or duration, but this is of type String");
    EXPECT_EQ(error_in("principal.age < datetime(\"2026-01-01\")"),
              "expected Long, but this is of type datetime");
    EXPECT_EQ(error_in("principal.age + principal.name == 1"),
              "expected Long, but this is of type String");
    EXPECT_EQ(error_in("principal.age like \"1\""), "expected String, but this is of type Long");
    EXPECT_EQ(error_in("principal.name.isEmpty()"), "expected a set, but this is of type String");
    EXPECT_EQ(error_in("principal in \"x\""),
              "expected an entity or a set of entities, but this is of type String");
    EXPECT_EQ(error_in("principal.age in principal"),
              "expected an entity, but this is of type Long");
    EXPECT_EQ(error_in("context.hour.isIpv4()"), "expected ipaddr, but this is of type Long");
    EXPECT_EQ(error_in("1 has x"), "expected an entity or a record, but this is of type Long");
}

TEST(Validator, ComparesWhatCanBeEqual) {
    EXPECT_EQ(error_in("principal.age == principal.name"),
              "types Long and String do not go together");
    EXPECT_EQ(error_in("resource.labels.contains(1)"), "types String and Long do not go together");
    EXPECT_EQ(error_in("resource.labels.containsAll([1])"),
              "types Set<String> and Set<Long> do not go together");
    EXPECT_EQ(error_in("[1, \"a\"].contains(1)"), "types Long and String do not go together");
    EXPECT_EQ(error_in("[principal, resource].contains(principal)"),
              "types User and Record do not go together");
    EXPECT_EQ(error_in("(if principal.age > 1 then 1 else \"a\") == 1"),
              "types Long and String do not go together");
    EXPECT_EQ(error_in("principal.home == {city: \"x\"}"),
              "types {city: String, zip?: String} and {city: String} do not go together");
    EXPECT_EQ(error_in("resource.labels == []"), "an empty set has no type; use isEmpty()");
    EXPECT_EQ(error_in("{a: true} == {a: principal.age > 1}"), "");
}

TEST(Validator, KnowsFunctions) {
    EXPECT_EQ(error_in("ip(principal.name).isIpv4()"), "`ip` takes a literal");
    EXPECT_EQ(error_in("ip(\"300.0.0.1\").isIpv4()"), "this is no ipaddr");
    EXPECT_EQ(error_in("datetime(\"2026-13-01\") < datetime(\"2026-12-01\")"),
              "this is no datetime");
    EXPECT_EQ(error_in("duration(\"1y\") < duration(\"1h\")"), "this is no duration");
    EXPECT_EQ(error_in("decimal(\"1\").lessThan(decimal(\"1.0\"))"), "this is no decimal");
    EXPECT_EQ(error_in("decimal(1).lessThan(decimal(\"1.0\"))"),
              "expected String, but this is of type Long");
    EXPECT_EQ(error_in("datetime(\"2026-01-01\").durationSince(datetime(\"2025-01-01\"))"
                       " > duration(\"1d\")"),
              "");
}

TEST(Validator, KnowsNames) {
    EXPECT_EQ(first_error("permit(principal is Usr, action, resource);"),
              "entity type `Usr` is not declared");
    EXPECT_EQ(first_error("permit(principal, action == Action::\"raed\", resource);"),
              "action `Action::\"raed\"` is not declared");
    EXPECT_EQ(
        first_error("permit(principal, action in [Action::\"read\", Action::\"x\"], resource);"),
        "action `Action::\"x\"` is not declared");
    EXPECT_EQ(error_in("principal in Group::\"x\""), "entity type `Group` is not declared");
    EXPECT_EQ(error_in("principal is Group"), "entity type `Group` is not declared");
    EXPECT_EQ(error_in("false && principal is Group"), "entity type `Group` is not declared");
    EXPECT_EQ(error_in("context.color == Color::\"blue\""),
              "`Color::\"blue\"` is not among the entities of its type");
}

TEST(Validator, RefusesHeadsThatFitNoAction) {
    std::string const none = "there is no action to whose principals and resources it applies";
    EXPECT_EQ(first_error("permit(principal is Role, action, resource);"), none);
    EXPECT_EQ(first_error("permit(principal, action == Action::\"list\", resource is Record);"),
              none);
    EXPECT_EQ(first_error("permit(principal, action == Action::\"any\", resource);"), none);
    EXPECT_EQ(first_error("permit(principal, action in [], resource);"), none);
    EXPECT_EQ(first_error("permit(principal == Role::\"r\", action, resource);"), none);
    EXPECT_EQ(first_error("permit(principal in Folder::\"f\", action, resource);"), none);
    EXPECT_EQ(first_error("permit(principal, action, resource is Folder in Role::\"f\");"), none);
    EXPECT_EQ(first_error("permit(principal in Role::\"r\", action in Action::\"any\","
                          "resource is Record in Folder::\"f\");"),
              "");
}

TEST(Validator, WarnsOfConditionsThatAreNeverTrue) {
    EXPECT_TRUE(is_impossible("false"));
    EXPECT_TRUE(is_impossible("principal is Role"));
    EXPECT_TRUE(is_impossible("principal == resource"));
    EXPECT_TRUE(is_impossible("action == Action::\"list\""));
    EXPECT_TRUE(is_impossible("action in [Action::\"list\"] && principal.age > 1"));
    EXPECT_TRUE(is_impossible("resource in Role::\"x\" || 1 == 2"));
    EXPECT_TRUE(is_impossible("principal has salary && principal.salary > 1"));
    EXPECT_TRUE(is_impossible("true } unless { context has hour"));
    EXPECT_FALSE(is_impossible("principal has name"));
    EXPECT_FALSE(is_impossible("action in Action::\"any\""));
}

TEST(Validator, LooksOnlyAtWhatCanBeReached) {
    EXPECT_EQ(error_in("true || principal.nothing"), "");
    EXPECT_EQ(error_in("principal is Role && principal.nothing"), "");
    EXPECT_EQ(error_in("if action == Action::\"read\" then true else principal.nothing"), "");
    EXPECT_EQ(error_in("principal.nothing || true"), "User has no attribute `nothing`");
}

TEST(Validator, EndsWhateverItIsGiven) {
    std::string many = "principal.age == 1";
    for (int i = 0; i < 1'000; ++i) many += " && principal has boss";
    EXPECT_EQ(error_in(many), "");

    Policy policy;
    policy.id = "deep";
    Expression deep;
    deep.literal = Value(true);
    for (int i = 0; i < 1'000; ++i) {
        Expression negation;
        negation.operation = Operation::negation;
        negation.operands.push_back(std::move(deep));
        deep = std::move(negation);
    }
    policy.conditions.push_back({false, std::move(deep)});
    auto const validation = validate(std::vector{policy}, *Schema::parse(kWard));
    ASSERT_FALSE(validation.passed());
    EXPECT_TRUE(validation.errors.front().message.text.starts_with("there is too much here"));
}

}  // namespace
}  // namespace salus::cedar
