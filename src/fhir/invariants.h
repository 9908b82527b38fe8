// The definitions' invariants, compiled. Private to the room.
// Thread safety: constant after it was made.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/presence.h"

namespace salus::fhir {

class Invariants {
public:
    // Made at the first use; the same for everybody, and constant from then on.
    [[nodiscard]] static Invariants const& of_r4();
    // nullptr: the expression is not one that can be compiled here.
    [[nodiscard]] fhirpath::Expression const* expression_of(Constraint const& constraint) const;
    [[nodiscard]] std::size_t missing() const noexcept { return missing_; }

private:
    Invariants();
    std::vector<std::optional<fhirpath::Expression>> expressions_;  // as all_constraints()
    std::size_t missing_ = 0;
};

// Evaluates invariants on parts of one resource, all of them together within a bound that goes by
// its size: one whose steps are quadratic in a list can be had many times in one body. Thread
// safety: serves one validation.
class InvariantEvaluator {
public:
    // Where %resource and %rootResource are; what begin() returns goes back to end().
    struct Outer {
        std::optional<fhirpath::Item> resource;
        std::optional<fhirpath::Item> root;
    };
    // What is validated has so many bytes. Before anything is judged.
    void allow_for(std::size_t bytes) noexcept;
    [[nodiscard]] Outer begin_root(json::Value resource, Type const& type);
    [[nodiscard]] Outer begin_contained(json::Value resource, Type const& type);
    void end(Outer outer);

    // Undecided: what the expression asks for has no meaning here. Violated, too: an evaluation
    // beyond the engine's bounds, or this one's.
    [[nodiscard]] Verdict judge(fhirpath::Expression const& expression, json::Value focus,
                                Type const& type);

private:
    std::unique_ptr<fhirpath::Evaluator> evaluator_;  // made when it is needed: mostly it is not
    std::optional<fhirpath::Item> resource_;
    std::optional<fhirpath::Item> root_;
    std::uint64_t steps_left_ = limits::kFhirPathSteps;
};

}  // namespace salus::fhir
