// Folds conditions to what depends on the unknown: kept are only the parts that do, and what is
// between them and the answer. Every fold is of an expression of which a Boolean is demanded, so
// that to be something else is an error, wherever it is found out. Borrows; one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "cedar/unknowns.h"

namespace salus::cedar {

enum class Truth : std::uint8_t { no, yes, error, open };

struct Folded {
    Truth truth = Truth::no;
    Expression expression;  // of open and error: evaluates to what the folded one does
};

class PartialEvaluation {
public:
    PartialEvaluation(PartialRequest const& partial, Entities const& entities)
        : partial_(partial), entities_(entities), unknowns_(partial, entities) {}

    // Never `error`: heads do not err.
    [[nodiscard]] Truth principal(Policy const& policy) const;
    [[nodiscard]] Truth action(Policy const& policy) const;
    [[nodiscard]] Truth resource(Policy const& policy) const;
    // Of all conditions, in order; of open ones what is left. REQUIRES: a vector that is empty.
    [[nodiscard]] Truth conditions(Policy const& policy, std::vector<Condition>& left) const;
    [[nodiscard]] Unknowns const& unknowns() const noexcept { return unknowns_; }

private:
    [[nodiscard]] bool is_in_any(EntityUid const& uid, Scope const& scope) const;
    [[nodiscard]] Truth scope(EntityUid const& uid, Scope const& scope) const;
    [[nodiscard]] Folded fold(Expression const& expression) const;
    [[nodiscard]] Folded fold_junction(Expression const& expression) const;
    [[nodiscard]] Folded fold_conditional(Expression const& expression) const;
    [[nodiscard]] Truth ask(Expression const& expression) const;

    PartialRequest const& partial_;
    Entities const& entities_;
    Unknowns unknowns_;
};

}  // namespace salus::cedar
