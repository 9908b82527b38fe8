#include "cedar/validator.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "cedar/quoted_text.h"
#include "cedar/validator_checker.h"
#include "cedar/validator_names.h"

namespace salus::cedar {
namespace {

// Whether an entity of the type can be what a policy's head asks for.
bool admits(Scope const& scope, std::string const& type, Schema const& schema) {
    auto const of_type = scope.type.empty() || scope.type == type;
    switch (scope.form) {
        case ScopeForm::any: return true;
        case ScopeForm::is: return of_type;
        case ScopeForm::equal: return type == scope.entities.front().type;
        case ScopeForm::in:
        case ScopeForm::is_in:
            return of_type && schema.may_be_in(type, scope.entities.front().type);
    }
    return false;
}

bool admits(Scope const& scope, ActionDeclaration const& action) {
    if (scope.form == ScopeForm::any) return true;
    return std::ranges::any_of(scope.entities, [&](EntityUid const& uid) {
        return uid == action.uid || (scope.form == ScopeForm::in && action.ancestors.contains(uid));
    });
}

std::string place_of(ValidationEnvironment const& environment) {
    auto const& uid = environment.action.uid;
    return " (principal " + environment.principal + ", action " + uid.type + "::" + quote(uid.id) +
           ", resource " + environment.resource + ")";
}

class PolicyValidator {
public:
    PolicyValidator(Policy const& policy, Schema const& schema, std::size_t& steps)
        : policy_(policy), schema_(schema), steps_(steps) {}

    void run(Validation& validation) {
        for (auto const& message : undeclared_names(policy_, schema_)) add(message, "");
        for (auto const& [uid, action] : schema_.actions()) {
            if (admits(policy_.action, action)) check(action);
        }
        if (!applies_) {
            add({policy_.position,
                 "there is no action to whose principals and resources it applies"},
                "");
        }
        std::ranges::sort(errors_, [](Message const& one, Message const& other) {
            return std::tie(one.position, one.text) < std::tie(other.position, other.text);
        });
        for (auto& error : errors_) validation.errors.push_back({policy_.id, std::move(error)});
        if (possible_ || !applies_) return;
        validation.warnings.push_back(
            {policy_.id, {policy_.position, "its conditions can never be true"}});
    }

private:
    void check(ActionDeclaration const& action) {
        for (auto const& principal : action.principals) {
            if (!admits(policy_.principal, principal, schema_)) continue;
            for (auto const& resource : action.resources) {
                if (!admits(policy_.resource, resource, schema_)) continue;
                applies_ = true;
                check({action, principal, resource});
            }
        }
    }

    void check(ValidationEnvironment const& environment) {
        TypeChecker checker(schema_, environment, steps_);
        auto const type = checker.check(policy_.conditions);
        if (!is_kind(type, TypeKind::always_false)) possible_ = true;
        for (auto const& message : checker.messages()) add(message, place_of(environment));
    }

    // What is wrong in many triples is said of the first one.
    void add(Message const& message, std::string_view place) {
        if (errors_.size() >= kFindingsMost) return;
        if (!seen_.emplace(message.position, message.text).second) return;
        errors_.push_back({message.position, message.text + std::string(place)});
    }

    Policy const& policy_;
    Schema const& schema_;
    std::size_t& steps_;
    std::vector<Message> errors_;
    std::set<std::pair<Position, std::string>> seen_;
    bool applies_ = false;   // its head, to some triple
    bool possible_ = false;  // its conditions are not always false
};

}  // namespace

Validation validate(std::span<Policy const> policies, Schema const& schema) {
    Validation validation;
    auto steps = kValidationSteps;
    for (auto const& policy : policies) PolicyValidator(policy, schema, steps).run(validation);
    return validation;
}

}  // namespace salus::cedar
