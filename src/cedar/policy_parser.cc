// parse_policies(): policies' heads, and what goes on after a mistake.
#include <algorithm>
#include <set>
#include <utility>

#include "cedar/expression_parser.h"
#include "cedar/policy_set.h"
#include "foundation/result.h"
#include "json/escape.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kMessagesMost = 50;

class PolicyParser {
public:
    explicit PolicyParser(std::string_view text) : tokens_(text) {}
    std::expected<std::vector<Policy>, std::vector<Message>> run();

private:
    [[nodiscard]] Parsed<Policy> policy();
    [[nodiscard]] Parsed<void> annotation(Policy& policy);
    [[nodiscard]] Parsed<void> scopes(Policy& policy);
    [[nodiscard]] Parsed<Scope> scope(std::string_view variable);
    [[nodiscard]] Parsed<void> type_scope(Scope& scope);
    [[nodiscard]] Parsed<void> in_scope(Scope& scope, bool list);
    [[nodiscard]] Parsed<Condition> condition();
    void skip_policy();

    Tokens tokens_;
    std::size_t number_ = 0;
    std::size_t nodes_left_ = kPolicyNodesMost;
    std::set<std::string> ids_;
};

std::expected<std::vector<Policy>, std::vector<Message>> PolicyParser::run() {
    std::vector<Policy> policies;
    std::vector<Message> messages;
    while (tokens_.next().kind != TokenKind::end && messages.size() < kMessagesMost) {
        auto const position = tokens_.next().position;
        auto next = policy();
        ++number_;
        if (!next) {
            messages.push_back(std::move(next).error());
            skip_policy();
        } else if (!ids_.insert(next->id).second) {
            messages.push_back({position, "another policy has the id '" + next->id + "' already"});
        } else if (policies.size() == kPoliciesMost) {
            messages.push_back({position, "too many policies"});
            break;
        } else {
            policies.push_back(*std::move(next));
        }
    }
    if (!messages.empty()) return std::unexpected(std::move(messages));
    return policies;
}

// Behind the next semicolon.
void PolicyParser::skip_policy() {
    while (tokens_.next().kind != TokenKind::end && !tokens_.skip_symbol(";")) tokens_.take();
}

Parsed<Policy> PolicyParser::policy() {
    Policy policy;
    policy.position = tokens_.next().position;
    policy.id = "policy" + std::to_string(number_);
    while (tokens_.at_symbol("@")) SALUS_TRY_VOID(annotation(policy));
    if (auto const id = policy.annotations.find("id"); id != policy.annotations.end())
        policy.id = id->second;
    if (tokens_.skip_name("forbid")) {
        policy.effect = Effect::forbid;
    } else if (!tokens_.skip_name("permit")) {
        return tokens_.unexpected("'permit' or 'forbid'");
    }
    SALUS_TRY_VOID(scopes(policy));
    while (tokens_.at_name("when") || tokens_.at_name("unless")) {
        SALUS_TRY(auto next, condition());
        policy.conditions.push_back(std::move(next));
    }
    if (!tokens_.at_symbol(";")) return tokens_.unexpected("'when', 'unless' or ';'");
    tokens_.take();
    return policy;
}

// @name("text"), or @name, which is @name("").
Parsed<void> PolicyParser::annotation(Policy& policy) {
    tokens_.take();
    if (tokens_.next().kind != TokenKind::name) return tokens_.unexpected("an annotation's name");
    auto const name = tokens_.take();
    std::string text;
    if (tokens_.skip_symbol("(")) {
        SALUS_TRY(text, tokens_.expect_quoted("a text in quotes"));
        SALUS_TRY_VOID(tokens_.expect_symbol(")"));
    }
    if (!policy.annotations.emplace(name.text, std::move(text)).second)
        return wrong(name.position, "a second @" + std::string(name.text));
    return {};
}

Parsed<void> PolicyParser::scopes(Policy& policy) {
    SALUS_TRY_VOID(tokens_.expect_symbol("("));
    SALUS_TRY(policy.principal, scope("principal"));
    SALUS_TRY_VOID(tokens_.expect_symbol(","));
    SALUS_TRY(policy.action, scope("action"));
    SALUS_TRY_VOID(tokens_.expect_symbol(","));
    SALUS_TRY(policy.resource, scope("resource"));
    tokens_.skip_symbol(",");
    SALUS_TRY_VOID(tokens_.expect_symbol(")"));
    for (auto const& action : policy.action.entities)
        if (action.type != "Action" && !action.type.ends_with("::Action"))
            return wrong(policy.action.position,
                         "an action has the type Action, not '" + action.type + "'");
    return {};
}

Parsed<Scope> PolicyParser::scope(std::string_view variable) {
    auto const action = variable == "action";
    Scope scope;
    scope.position = tokens_.next().position;
    if (!tokens_.skip_name(variable)) return tokens_.unexpected("'" + std::string(variable) + "'");
    if (tokens_.skip_symbol("==")) {
        scope.form = ScopeForm::equal;
        SALUS_TRY(auto entity, parse_entity(tokens_));
        scope.entities.push_back(std::move(entity));
    } else if (tokens_.skip_name("in")) {
        scope.form = ScopeForm::in;
        SALUS_TRY_VOID(in_scope(scope, action));
    } else if (!action && tokens_.skip_name("is")) {
        SALUS_TRY_VOID(type_scope(scope));
    } else if (!tokens_.at_symbol(",") && !tokens_.at_symbol(")")) {
        return tokens_.unexpected(action ? "'==', 'in' or ','" : "'==', 'in', 'is' or ','");
    }
    return scope;
}

Parsed<void> PolicyParser::type_scope(Scope& scope) {
    scope.form = ScopeForm::is;
    SALUS_TRY(auto const first, tokens_.expect_name("an entity type"));
    SALUS_TRY(scope.type, parse_path(tokens_, first));
    if (scope.type.ends_with("::")) return tokens_.unexpected("an entity type");
    if (!tokens_.skip_name("in")) return {};
    scope.form = ScopeForm::is_in;
    return in_scope(scope, false);
}

Parsed<void> PolicyParser::in_scope(Scope& scope, bool list) {
    if (!list || !tokens_.skip_symbol("[")) {
        SALUS_TRY(auto entity, parse_entity(tokens_));
        scope.entities.push_back(std::move(entity));
        return {};
    }
    while (!tokens_.skip_symbol("]")) {
        SALUS_TRY(auto entity, parse_entity(tokens_));
        scope.entities.push_back(std::move(entity));
        if (!tokens_.skip_symbol(",") && !tokens_.at_symbol("]"))
            return tokens_.unexpected("',' or ']'");
    }
    return {};
}

Parsed<Condition> PolicyParser::condition() {
    Condition condition;
    condition.unless = tokens_.take().text == "unless";
    SALUS_TRY_VOID(tokens_.expect_symbol("{"));
    ExpressionParser expressions(tokens_, nodes_left_);
    SALUS_TRY(condition.body, expressions.parse());
    SALUS_TRY_VOID(tokens_.expect_symbol("}"));
    return condition;
}

}  // namespace

std::expected<std::vector<Policy>, std::vector<Message>> parse_policies(std::string_view text) {
    auto const refuse = [](std::string why) {
        return std::unexpected(std::vector{Message{.position = {}, .text = std::move(why)}});
    };
    if (text.size() > kPolicyTextBytes)
        return refuse("longer than " + std::to_string(kPolicyTextBytes) + " bytes");
    if (!json::is_utf8(text)) return refuse("not UTF-8");
    return PolicyParser(text).run();
}

}  // namespace salus::cedar
