#include "cedar/policy_set.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "cedar/language_for_test.h"

namespace salus::cedar {
namespace {

struct Question {
    EntityUid principal{.type = "User", .id = "ada"};
    EntityUid action{.type = "Action", .id = "read"};
    EntityUid resource{.type = "Record", .id = "a"};
    Record context;
    [[nodiscard]] Request request() const {
        return {.principal = principal, .action = action, .resource = resource, .context = context};
    }
};

PolicySet parsed(std::string const& text) {
    auto policies = PolicySet::parse(text);
    if (!policies) ADD_FAILURE() << policies.error().front().text;
    return policies ? *std::move(policies) : PolicySet::of({});
}

using Which = std::vector<std::uint32_t>;

TEST(CedarPolicySet, PermitsForbidsAndErrors) {
    auto const policies = parsed(
        "permit(principal, action, resource);"
        "permit(principal, action, resource) when {false};"
        "permit(principal, action, resource) when {true} unless {1 + true == 1};"
        "permit(principal, action, resource) when {false} unless {1 + true == 1};"
        "permit(principal, action, resource) when {1};"
        "forbid(principal, action == Action::\"write\", resource) unless {false};");
    EntityTable const nothing({});
    Question question;
    auto response = policies.evaluate(question.request(), nothing);
    EXPECT_TRUE(response.allowed);
    EXPECT_EQ(response.satisfied, (Which{0}));
    EXPECT_EQ(response.erring, (Which{2, 4}));
    question.action.id = "write";
    policies.evaluate(question.request(), nothing, response);
    EXPECT_FALSE(response.allowed);
    EXPECT_EQ(response.satisfied, (Which{0, 5}));
    EXPECT_EQ(response.erring, (Which{2, 4}));
    EXPECT_FALSE(parsed("").evaluate(question.request(), nothing).allowed);
}

// One more use of the same expression, error or not, changes nothing.
TEST(CedarPolicySet, EqualExpressionsAreEvaluatedForThisRequestOnly) {
    std::string text;
    for (int i = 0; i < 3; ++i)
        text += "permit(principal, action, resource) when {context.n + 1 > 3};";
    auto const policies = parsed(text);
    EntityTable const nothing({});
    Question question;
    EXPECT_EQ(policies.evaluate(question.request(), nothing).erring, (Which{0, 1, 2}));
    question.context = record_of(R"({"n": 3})");
    EXPECT_EQ(policies.evaluate(question.request(), nothing).satisfied, (Which{0, 1, 2}));
    question.context = record_of(R"({"n": 2})");
    EXPECT_EQ(policies.evaluate(question.request(), nothing).satisfied, (Which{}));
}

// More expressions in common than are remembered during one evaluation.
TEST(CedarPolicySet, ManyExpressionsInCommon) {
    std::string text;
    for (int i = 0; i < 2'000; ++i)
        text += "permit(principal, action, resource) when {context.n == " + std::to_string(i / 2) +
                "};";
    auto const policies = parsed(text);
    EntityTable const nothing({});
    Question question;
    for (auto const number : {0, 255, 256, 600, 999}) {
        question.context = Record({{"n", Value(std::int64_t{number})}});
        auto const first = static_cast<std::uint32_t>(2 * number);
        EXPECT_EQ(policies.evaluate(question.request(), nothing).satisfied,
                  (Which{first, first + 1}));
    }
}

// Heads, conditions and requests from a few names, so that they often meet.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string policies() {
        std::string text;
        auto const count = below(30);
        for (std::size_t i = 0; i < count; ++i) {
            text += below(4) == 0 ? "forbid(" : "permit(";
            text += scope("principal", "User") + ", " + action() + ", " +
                    scope("resource", "Record") + ")" + condition() + ";\n";
        }
        return text;
    }
    EntityUid uid(std::string const& type) { return {.type = type, .id = name()}; }
    std::vector<Entity> entities() {
        std::vector<Entity> all;
        for (auto const* type : {"User", "Record", "Group", "Action"}) {
            for (auto const* id : {"a", "b", "c"}) {
                if (below(4) == 0) continue;
                Entity entity{
                    .uid = {.type = type, .id = id}, .attributes = {}, .tags = {}, .parents = {}};
                for (auto parents = below(3); parents != 0; --parents)
                    entity.parents.push_back(uid(below(2) == 0 ? "Group" : type));
                all.push_back(std::move(entity));
            }
        }
        return all;
    }
    std::size_t below(std::size_t bound) { return random_() % bound; }

private:
    std::string name() { return std::string(1, "abc"[below(3)]); }
    std::string entity(std::string const& type) { return type + "::\"" + name() + "\""; }
    std::string scope(std::string const& variable, std::string const& type) {
        switch (below(5)) {
            case 0: return variable + " == " + entity(type);
            case 1: return variable + " in " + entity(below(2) == 0 ? "Group" : type);
            case 2: return variable + " is " + type;
            case 3: return variable + " is " + type + " in " + entity("Group");
            default: return variable;
        }
    }
    std::string action() {
        switch (below(4)) {
            case 0: return "action == " + entity("Action");
            case 1: return "action in " + entity("Action");
            case 2: return "action in [" + entity("Action") + ", " + entity("Action") + "]";
            default: return "action";
        }
    }
    std::string condition() {
        switch (below(6)) {
            case 0: return " when {principal in " + entity("Group") + "}";
            case 1: return " unless {resource == " + entity("Record") + "}";
            case 2: return " when {principal has a || resource.a}";
            case 3: return " when {1}";
            default: return "";
        }
    }

    std::mt19937 random_;
};

// The head as a condition, in a policy without one: no index can find it or leave it out.
Policy without_head(Policy policy) {
    auto const condition = [](std::string const& variable, Scope const& scope) {
        Policy head;
        (variable == "action" ? head.action : head.resource) = scope;
        auto text = to_text(head);
        // permit (principal, action in [...], resource)
        auto const begin = text.find(variable == "action" ? "action" : "resource");
        auto const end = variable == "action" ? text.rfind(", resource") : text.rfind(')');
        auto const test = text.substr(begin, end - begin);
        return Condition{.unless = false, .body = expression_of(test == variable ? "true" : test)};
    };
    auto principal = policy.principal;
    auto as_resource = condition("resource", principal);
    auto const rename = [](auto&& self, Expression& expression) -> void {
        if (expression.operation == Operation::variable) expression.variable = Variable::principal;
        for (auto& operand : expression.operands) self(self, operand);
    };
    rename(rename, as_resource.body);
    std::vector<Condition> conditions{std::move(as_resource), condition("action", policy.action),
                                      condition("resource", policy.resource)};
    conditions.insert(conditions.end(), policy.conditions.begin(), policy.conditions.end());
    policy.principal = policy.action = policy.resource = {};
    policy.conditions = std::move(conditions);
    return policy;
}

// Each policy alone and without a head.
Response full_scan(PolicySet const& policies, Request const& request, Entities const& entities) {
    Response all;
    for (std::uint32_t i = 0; i < policies.policies().size(); ++i) {
        std::vector<Policy> one;
        one.push_back(without_head(policies.policies()[i]));
        auto const response = PolicySet::of(std::move(one)).evaluate(request, entities);
        if (!response.satisfied.empty()) all.satisfied.push_back(i);
        if (!response.erring.empty()) all.erring.push_back(i);
    }
    return all;
}

TEST(CedarPolicySet, TheIndexFindsWhatAFullScanFinds) {
    std::size_t satisfied = 0;
    std::size_t erring = 0;
    for (unsigned seed = 0; seed < 150; ++seed) {
        Generator generator(seed);
        auto const policies = parsed(generator.policies());
        EntityTable const entities(generator.entities());
        Question question;
        for (int i = 0; i < 5; ++i) {
            question.principal = generator.uid("User");
            question.action = generator.uid("Action");
            question.resource = generator.uid(generator.below(5) == 0 ? "Group" : "Record");
            auto const response = policies.evaluate(question.request(), entities);
            auto const expected = full_scan(policies, question.request(), entities);
            EXPECT_EQ(response.satisfied, expected.satisfied) << seed;
            EXPECT_EQ(response.erring, expected.erring) << seed;
            satisfied += response.satisfied.size();
            erring += response.erring.size();
        }
    }
    EXPECT_GT(satisfied, 300U);
    EXPECT_GT(erring, 50U);
}

}  // namespace
}  // namespace salus::cedar
