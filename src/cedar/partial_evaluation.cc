#include "cedar/partial_evaluation.h"

#include <algorithm>
#include <utility>

namespace salus::cedar {

namespace {

Truth truth_of(bool value) {
    return value ? Truth::yes : Truth::no;
}

Folded negated(Folded folded, Position position) {
    if (folded.truth == Truth::yes) return {.truth = Truth::no, .expression = {}};
    if (folded.truth == Truth::no) return {.truth = Truth::yes, .expression = {}};
    Expression expression{.operation = Operation::negation, .position = position};
    expression.operands.push_back(std::move(folded.expression));
    return {.truth = folded.truth, .expression = std::move(expression)};
}

// As an expression again.
Expression expression_of(Folded folded, Position position) {
    if (folded.truth == Truth::open || folded.truth == Truth::error)
        return std::move(folded.expression);
    return {.operation = Operation::literal,
            .position = position,
            .literal = Value(folded.truth == Truth::yes)};
}

// a && b && c, or a || b || c, from left to right: one of the operands settles it (no of &&, yes of
// ||), or an error does, and nothing behind them is evaluated.
class Junction {
public:
    Junction(Operation operation, Unknowns const& unknowns)
        : settling_(operation == Operation::conjunction ? Truth::no : Truth::yes),
          truth_(operation == Operation::conjunction ? Truth::yes : Truth::no),
          unknowns_(unknowns) {}

    // Whether those behind it count.
    bool add(Folded operand, Position position) {
        if (operand.truth == Truth::open) {
            truth_ = Truth::open;
            left_.push_back(std::move(operand.expression));
            return true;
        }
        if (operand.truth != Truth::error && operand.truth != settling_) return true;
        // What stands before it and is open may settle it, too, or err: unless it cannot err,
        // that is left to it, and this operand stays for when it does neither.
        auto const settles =
            operand.truth == settling_ && std::ranges::all_of(left_, [this](Expression const& one) {
                return unknowns_.is_total(one);
            });
        if (settles) left_.clear();
        if (left_.empty()) truth_ = operand.truth;
        if (!settles) left_.push_back(expression_of(std::move(operand), position));
        return false;
    }

    [[nodiscard]] Truth truth() const { return truth_; }
    // What is left, of open and error.
    [[nodiscard]] std::vector<Expression> take() { return std::move(left_); }

private:
    Truth settling_;
    Truth truth_;
    std::vector<Expression> left_;
    Unknowns const& unknowns_;
};

}  // namespace

Folded PartialEvaluation::fold_junction(Expression const& expression) const {
    Junction junction(expression.operation, unknowns_);
    for (auto const& operand : expression.operands)
        if (!junction.add(fold(operand), operand.position)) break;
    auto left = junction.take();
    Folded folded{.truth = junction.truth(), .expression = {}};
    if (left.size() == 1) {
        folded.expression = std::move(left.front());
    } else {
        folded.expression.operation = expression.operation;
        folded.expression.position = expression.position;
        folded.expression.operands = std::move(left);
    }
    return folded;
}

Folded PartialEvaluation::fold_conditional(Expression const& expression) const {
    auto const& operands = expression.operands;
    auto guard = fold(operands[0]);
    if (guard.truth == Truth::yes) return fold(operands[1]);
    if (guard.truth == Truth::no) return fold(operands[2]);
    if (guard.truth == Truth::error) return guard;
    Expression left{.operation = Operation::conditional, .position = expression.position};
    left.operands.push_back(std::move(guard.expression));
    for (auto branch : {1U, 2U})
        left.operands.push_back(expression_of(fold(operands[branch]), operands[branch].position));
    return {.truth = Truth::open, .expression = std::move(left)};
}

Folded PartialEvaluation::fold(Expression const& expression) const {
    if (!unknowns_.depends(expression)) {
        auto const truth = ask(expression);
        return {.truth = truth, .expression = truth == Truth::error ? expression : Expression{}};
    }
    switch (expression.operation) {
        case Operation::conjunction:
        case Operation::disjunction: return fold_junction(expression);
        case Operation::negation: return negated(fold(expression.operands[0]), expression.position);
        case Operation::conditional: return fold_conditional(expression);
        default: return {.truth = Truth::open, .expression = expression};
    }
}

// By the evaluator itself. REQUIRES: an expression that depends on nothing unknown.
Truth PartialEvaluation::ask(Expression const& expression) const {
    if (expression.operation == Operation::literal && expression.literal) {
        auto const* value = expression.literal->boolean();
        return value == nullptr ? Truth::error : truth_of(*value);
    }
    std::vector<Policy> question(1);
    question.front().conditions.push_back({.unless = false, .body = expression});
    auto const answer = PolicySet::of(std::move(question)).evaluate(partial_.request, entities_);
    if (!answer.erring.empty()) return Truth::error;
    return truth_of(!answer.satisfied.empty());
}

bool PartialEvaluation::is_in_any(EntityUid const& uid, Scope const& scope) const {
    return std::ranges::any_of(
        scope.entities, [&](EntityUid const& ancestor) { return entities_.is_in(uid, ancestor); });
}

// Of an entity whose uid is known.
Truth PartialEvaluation::scope(EntityUid const& uid, Scope const& scope) const {
    switch (scope.form) {
        case ScopeForm::any: return Truth::yes;
        case ScopeForm::equal: return truth_of(uid == scope.entities.front());
        case ScopeForm::is: return truth_of(uid.type == scope.type);
        case ScopeForm::is_in:
            if (uid.type != scope.type) return Truth::no;
            [[fallthrough]];
        case ScopeForm::in:
            // Its ancestors may be those of the resource.
            if (partial_.unknown_id && unknowns_.may_be_resource(uid)) return Truth::open;
            return truth_of(is_in_any(uid, scope));
    }
    return Truth::no;
}

Truth PartialEvaluation::principal(Policy const& policy) const {
    return scope(partial_.request.principal, policy.principal);
}

Truth PartialEvaluation::action(Policy const& policy) const {
    return scope(partial_.request.action, policy.action);
}

Truth PartialEvaluation::resource(Policy const& policy) const {
    auto const& uid = partial_.request.resource;
    auto const& head = policy.resource;
    auto const same_type = std::ranges::any_of(
        head.entities, [&](EntityUid const& entity) { return entity.type == uid.type; });
    if (partial_.unknown_id && same_type)
        return head.form == ScopeForm::is_in && head.type != uid.type ? Truth::no : Truth::open;
    if (head.form == ScopeForm::in || head.form == ScopeForm::is_in) {
        if (head.form == ScopeForm::is_in && head.type != uid.type) return Truth::no;
        return truth_of(is_in_any(uid, head));
    }
    return scope(uid, head);
}

Truth PartialEvaluation::conditions(Policy const& policy, std::vector<Condition>& left) const {
    Junction junction(Operation::conjunction, unknowns_);
    for (auto const& condition : policy.conditions) {
        auto folded = fold(condition.body);
        if (condition.unless) folded = negated(std::move(folded), condition.body.position);
        if (!junction.add(std::move(folded), condition.body.position)) break;
    }
    for (auto& expression : junction.take()) {
        auto const unless = expression.operation == Operation::negation;
        left.push_back({.unless = unless,
                        .body = unless ? Expression(std::move(expression.operands[0]))
                                       : std::move(expression)});
    }
    return junction.truth();
}

}  // namespace salus::cedar
