#include "fhir/invariants.h"

#include <algorithm>

namespace salus::fhir {
namespace {

// Of the resources of HL7, of US Core and of Synthea none takes one.
constexpr std::uint64_t kStepsOfAByte = 2;

}  // namespace

Invariants const& Invariants::of_r4() {
    static Invariants const all;
    return all;
}

Invariants::Invariants() {
    for (auto const& constraint : all_constraints()) {
        auto& place = expressions_.emplace_back();
        if (constraint.check != Check::expression) continue;
        auto compiled = fhirpath::Expression::compile(constraint.expression.text());
        if (compiled)
            place.emplace(*std::move(compiled));
        else
            ++missing_;
    }
}

fhirpath::Expression const* Invariants::expression_of(Constraint const& constraint) const {
    auto const& place =
        expressions_.at(static_cast<std::size_t>(&constraint - all_constraints().data()));
    return place ? &*place : nullptr;
}

void InvariantEvaluator::allow_for(std::size_t bytes) noexcept {
    steps_left_ = limits::kFhirPathSteps + kStepsOfAByte * bytes;
}

InvariantEvaluator::Outer InvariantEvaluator::begin_root(json::Value resource, Type const& type) {
    Outer outer{resource_, root_};
    resource_ = fhirpath::Item::element(resource, type);
    root_ = resource_;
    return outer;
}

InvariantEvaluator::Outer InvariantEvaluator::begin_contained(json::Value resource,
                                                              Type const& type) {
    Outer outer{resource_, root_};
    resource_ = fhirpath::Item::element(resource, type);
    return outer;
}

void InvariantEvaluator::end(Outer outer) {
    resource_ = outer.resource;
    root_ = outer.root;
}

Verdict InvariantEvaluator::judge(fhirpath::Expression const& expression, json::Value focus,
                                  Type const& type) {
    if (!evaluator_) evaluator_ = std::make_unique<fhirpath::Evaluator>();
    fhirpath::Context const context{.focus = fhirpath::Item::element(focus, type),
                                    .resource = resource_,
                                    .root_resource = root_,
                                    .steps = std::min(steps_left_, limits::kFhirPathSteps)};
    auto const holds = evaluator_->holds(expression, context);
    steps_left_ -= evaluator_->steps_taken();
    if (!holds)
        return holds.error().code == Errc::too_large ? Verdict::violated : Verdict::undecided;
    return *holds ? Verdict::satisfied : Verdict::violated;
}

}  // namespace salus::fhir
