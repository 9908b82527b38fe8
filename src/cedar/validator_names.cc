#include "cedar/validator_names.h"

#include <string>
#include <string_view>

#include "cedar/quoted_text.h"

namespace salus::cedar {
namespace {

class NameChecker {
public:
    explicit NameChecker(Schema const& schema) : schema_(schema) {}

    void check(Scope const& scope) {
        if (!scope.type.empty()) check_type(scope.type, scope.position);
        for (auto const& uid : scope.entities) check(uid, scope.position);
    }

    void check(Expression const& root) {
        std::vector<Expression const*> waiting{&root};
        while (!waiting.empty()) {
            auto const& expression = *waiting.back();
            waiting.pop_back();
            auto const* const uid = expression.literal ? expression.literal->entity() : nullptr;
            if (uid != nullptr) check(*uid, expression.position);
            if (expression.operation == Operation::is || expression.operation == Operation::is_in) {
                check_type(expression.names.front(), expression.position);
            }
            for (auto const& operand : expression.operands) waiting.push_back(&operand);
        }
    }

    std::vector<Message> messages;

private:
    void check_type(std::string const& name, Position position) {
        if (is_action_type(name) || schema_.entity_type(name) != nullptr) return;
        messages.push_back({position, "entity type `" + name + "` is not declared"});
    }

    void check(EntityUid const& uid, Position position) {
        auto const spelled = "`" + uid.type + "::" + quote(uid.id) + "`";
        if (is_action_type(uid.type)) {
            if (schema_.action(uid) != nullptr) return;
            messages.push_back({position, "action " + spelled + " is not declared"});
            return;
        }
        check_type(uid.type, position);
        auto const* const type = schema_.entity_type(uid.type);
        if (type == nullptr || !type->enumerated() || type->identifiers.contains(uid.id)) return;
        messages.push_back({position, spelled + " is not among the entities of its type"});
    }

    Schema const& schema_;
};

}  // namespace

std::vector<Message> undeclared_names(Policy const& policy, Schema const& schema) {
    NameChecker checker(schema);
    checker.check(policy.principal);
    checker.check(policy.action);
    checker.check(policy.resource);
    for (auto const& condition : policy.conditions) checker.check(condition.body);
    return std::move(checker.messages);
}

}  // namespace salus::cedar
