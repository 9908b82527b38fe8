#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "cedar/language_for_test.h"
#include "cedar/policy_set.h"

namespace salus::cedar {
namespace {

// `text` as the formatter writes it.
std::string formatted(std::string const& text) {
    return to_text(expression_of(text));
}

TEST(CedarParser, Expressions) {
    std::vector<std::pair<std::string, std::string>> const table{
        {"1+2*3", "1 + 2 * 3"},
        {"(1+2)*3", "(1 + 2) * 3"},
        {"1-(2-3)-4", "1 - (2 - 3) - 4"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-(5)", "-(5)"},
        {"--5", "-(-5)"},
        {"-context.a", "-context.a"},
        {"-5.a", "-5.a"},
        {"!!true", "!(!true)"},
        {"!(a::\"\"==a::\"\")", "!(a::\"\" == a::\"\")"},
        {"true&&false||true", "true && false || true"},
        {"true&&(false||true)", "true && (false || true)"},
        {"(true&&false)&&true", "(true && false) && true"},
        {"principal in A::B::\"x\"", "principal in A::B::\"x\""},
        {"principal is A::B in resource", "principal is A::B in resource"},
        {"principal has a", "principal has a"},
        {"principal has \"a b\"", "principal has \"a b\""},
        {"principal has a.b.c", "principal has a.b.c"},
        {"principal has a.b&&true", "principal has a.b && true"},
        {"principal has a && principal.a has b", "principal has a.b"},
        {"context[\"a\"][\"b c\"].d", "context.a[\"b c\"].d"},
        {"if true then 1 else if false then 2 else 3",
         "if true then 1 else if false then 2 else 3"},
        {"(if true then 1 else 2) + 3", "(if true then 1 else 2) + 3"},
        {"[1,[],{},{a:1,\"b c\":2,},]", "[1, [], {}, {a: 1, \"b c\": 2}]"},
        {R"("\n\t\0\'\"\\\x41\u{e9}")", "\"\\n\\t\\0'\\\"\\\\Aé\""},
        {R"(context.a like "*a\*b*")", R"(context.a like "*a\*b*")"},
        {"ip(\"::1\").isInRange(ip(\"::/0\"))", "ip(\"::1\").isInRange(ip(\"::/0\"))"},
        {"[1].containsAll([1]) && [].isEmpty()", "[1].containsAll([1]) && [].isEmpty()"},
        {"principal.hasTag(\"a\") && principal.getTag(\"a\")",
         "principal.hasTag(\"a\") && principal.getTag(\"a\")"},
        {"1 // comment \"\n + // another\r\n 2", "1 + 2"},
        {"principal::\"x\" == principal", "principal::\"x\" == principal"},
    };
    for (auto const& [text, expected] : table) {
        EXPECT_EQ(formatted(text), expected);
        EXPECT_TRUE(same(expression_of(expected), expression_of(text))) << text;
    }
}

TEST(CedarParser, ExpressionsThatAreNone) {
    std::vector<std::pair<std::string, std::string>> const table{
        {"", "expected an expression, found '}'"},
        {"1 +", "expected an expression, found '}'"},
        {"1 < 2 < 3", "comparisons cannot be chained: parentheses are needed"},
        {"1 == 2 in 3", "comparisons cannot be chained: parentheses are needed"},
        {"9223372036854775808", "a number beyond 64 bits"},
        {"-9223372036854775809", "a number beyond 64 bits"},
        {"!!!!!true", "too many '!'"},
        {"foo", "unknown name 'foo'"},
        {"A::B", "'A::B' is no entity: '::' and a quoted id is missing"},
        {"foo(1)", "not supported: function foo()"},
        {"principal.foo(1)", "not supported: method foo()"},
        {"isIpv4(ip(\"::1\"))", "isIpv4() is a method, written after a '.'"},
        {"contains([1])", "contains() is a method, written after a '.'"},
        {"principal.ip()", "not supported: method ip()"},
        {"ip()", "ip() takes 1 argument"},
        {"[1].contains()", "contains() takes 1 argument"},
        {"[].isEmpty(1)", "isEmpty() takes 0 arguments"},
        {"principal == ?principal", "not supported: templates ('?principal')"},
        {"principal.if", "expected an attribute's or a method's name, found 'if'"},
        {"{a: 1, a: 2}", "two members of a record have one name"},
        {"\"a\\q\"", "an unknown escape: \\n \\r \\t \\0 \\\\ \\' \\\" \\x and \\u{} are known"},
        {"\"\\u{d800}\"", "an escape that is no Unicode character"},
        {"\"\\x80\"", "an escape that is no Unicode character"},
        {"\"\\*\"", "an unknown escape: \\n \\r \\t \\0 \\\\ \\' \\\" \\x and \\u{} are known"},
        {"1 $ 2", "no word of the policy language begins with this character"},
        {"context like 1", "expected a quoted pattern, found '1'"},
        {"context has 1", "expected an attribute's name, found '1'"},
        {"principal is \"A\"", "expected an entity type, found \"A\""},
        {"if true then 1", "expected 'else', found '}'"},
        {"__cedar::A::\"x\" == 1", "expected an expression, found '__cedar'"},
    };
    for (auto const& [text, expected] : table) {
        auto const messages =
            messages_of("permit(principal, action, resource) when {" + text + "};");
        ASSERT_FALSE(messages.empty()) << text;
        EXPECT_EQ(messages.substr(messages.find(' ') + 1), expected) << text;
    }
}

TEST(CedarParser, PoliciesAndTheirLayout) {
    auto const text =
        "@fields(\"*\")@id(\"treat\")@note\n"
        "permit(principal in Role::\"a\",action in[Action::\"read\",N::Action::\"b\"],"
        "resource is Record in Type::\"Patient\",)when{1<2}unless{false};";
    auto const policy = policy_of(text);
    EXPECT_EQ(policy.id, "treat");
    EXPECT_EQ(policy.annotations.at("note"), "");
    EXPECT_EQ(policy.action.entities.size(), 2U);
    EXPECT_EQ(to_text(policy),
              "@id(\"treat\")\n@fields(\"*\")\n@note\n"
              "permit (\n"
              "  principal in Role::\"a\",\n"
              "  action in [Action::\"read\", N::Action::\"b\"],\n"
              "  resource is Record in Type::\"Patient\"\n"
              ")\n"
              "when { 1 < 2 }\n"
              "unless { false };\n");
    EXPECT_TRUE(same(policy_of(to_text(policy)), policy));
    std::string const name(40, 'a');
    EXPECT_EQ(to_text(policy_of("forbid(principal,action,resource)when{context." + name +
                                "==1&&context." + name + "==2&&true};")),
              "forbid (principal, action, resource)\nwhen {\n  context." + name +
                  " == 1 &&\n  context." + name + " == 2 &&\n  true\n};\n");
}

TEST(CedarParser, EverythingThatIsWrongIsSaidWithItsPlace) {
    EXPECT_EQ(messages_of("permit(principal, action);\n"
                          "permit(principal, action, resource);\n"
                          "  allow(principal, action, resource);\n"
                          "forbid(principal is A, action, resource)\nwhen { \"ä\" $ };\n"
                          "forbid(principal == ?principal, action, resource);"),
              "1:25 expected ',', found ')'; 3:3 expected 'permit' or 'forbid', found 'allow'; "
              "5:13 no word of the policy language begins with this character; "
              "6:21 not supported: templates ('?principal')");
    EXPECT_EQ(messages_of("permit(principal, action == User::\"a\", resource);"),
              "1:19 an action has the type Action, not 'User'");
    EXPECT_EQ(messages_of("permit(principal, action is A, resource);"),
              "1:26 expected '==', 'in' or ',', found 'is'");
    EXPECT_EQ(messages_of("permit(principal in [A::\"a\"], action, resource);"),
              "1:21 expected an entity, such as User::\"ada\", found '['");
    EXPECT_EQ(messages_of("@id(\"a\")@id(\"b\")permit(principal, action, resource);"),
              "1:10 a second @id");
    auto const twice = std::string("@id(\"a\")permit(principal, action, resource);\n");
    EXPECT_EQ(messages_of(twice + twice), "2:1 another policy has the id 'a' already");
    EXPECT_EQ(messages_of("permit(principal, action, resource)"),
              "1:36 expected 'when', 'unless' or ';', found the end of the text");
    EXPECT_EQ(messages_of("permit(principal, action, resource) when { \"a"),
              "1:44 a text in quotes has no end");
    EXPECT_EQ(messages_of("\xff"), "1:1 not UTF-8");
}

std::string repeated(std::string const& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(CedarParser, Bounds) {
    auto const condition = [](std::string const& body) {
        return messages_of("permit(principal, action, resource) when {" + body + "};");
    };
    EXPECT_EQ(condition(repeated("(", 90) + "1" + repeated(")", 90)), "");
    EXPECT_NE(condition(repeated("(", 100'000)).find("nested too deeply"), std::string::npos);
    EXPECT_NE(condition(repeated("[", 100'000)).find("nested too deeply"), std::string::npos);
    EXPECT_NE(condition("1" + repeated("+1", 200)).find("nested too deeply"), std::string::npos);
    EXPECT_NE(condition("context" + repeated(".a", 200)).find("nested too deeply"),
              std::string::npos);
    EXPECT_EQ(condition("true" + repeated("&&true", 10'000)), "");
    // Each round makes the text a little longer and the tree three times as large.
    std::string body = "context";
    for (int i = 0; i < 20; ++i) body = "(if " + body + " has a.a.a then context else context)";
    EXPECT_NE(condition(body).find("too large"), std::string::npos);
    EXPECT_EQ(messages_of(std::string(kPolicyTextBytes + 1, ' ')), "1:1 longer than 4194304 bytes");
    auto const many = repeated("x;", 1'000);
    EXPECT_EQ(parse_policies(many).error().size(), 50U);
}

TEST(CedarFormat, ValuesThatPoliciesDoNotSpell) {
    EXPECT_EQ(to_text(Value(Decimal{-5'000})), "decimal(\"-0.5\")");
    EXPECT_EQ(to_text(Value(DateTime{-1})), "datetime(\"1969-12-31T23:59:59.999Z\")");
    EXPECT_EQ(to_text(Value(DateTime{std::numeric_limits<std::int64_t>::min()})),
              "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\"))");
    EXPECT_EQ(to_text(Value(Set({Value(std::int64_t{2}), Value(true), Value(std::int64_t{2})}))),
              "[true, 2]");
    EXPECT_EQ(to_text(Value(EntityUid{.type = "A::B", .id = "\"\x01"})), "A::B::\"\\\"\\x01\"");
}

}  // namespace
}  // namespace salus::cedar
