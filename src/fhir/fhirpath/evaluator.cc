#include "fhir/fhirpath/evaluator.h"

#include "fhir/fhirpath/evaluation.h"
#include "fhir/fhirpath/memory.h"
#include "fhir/fhirpath/program.h"

namespace salus::fhir::fhirpath {

struct Evaluator::Memory {
    ItemStack stack;
    Arena arena;
    std::uint64_t steps = 0;  // of the last evaluation
};

std::optional<Item> Surroundings::resolve(std::string_view /*reference*/) {
    return std::nullopt;
}
std::optional<bool> Surroundings::is_member_of(Item const& /*coded*/,
                                               std::string_view /*value_set*/) {
    return std::nullopt;
}
std::optional<bool> Surroundings::conforms_to(Item const& /*item*/, std::string_view /*profile*/) {
    return std::nullopt;
}

Evaluator::Evaluator() : memory_(std::make_unique<Memory>()) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

Result<std::span<Item const>> Evaluator::evaluate(Expression const& expression,
                                                  Context const& context) {
    memory_->arena.reset();
    memory_->stack.truncate(0);
    Evaluation evaluation(expression.program(), context, memory_->stack, memory_->arena);
    Scope scope;
    scope.focus = &context.focus;
    if (!evaluation.run(expression.program().root, scope)) return fail(evaluation.take_error());
    return memory_->stack.from(0);
}

Result<bool> Evaluator::holds(Expression const& expression, Context const& context) {
    memory_->arena.reset();
    memory_->stack.truncate(0);
    Evaluation evaluation(expression.program(), context, memory_->stack, memory_->arena);
    Scope scope;
    scope.focus = &context.focus;
    auto truth = Truth::open;
    bool const done =
        evaluation.run(expression.program().root, scope) && evaluation.truth_of(0, truth);
    memory_->steps = context.steps - evaluation.steps_left();
    if (!done) return fail(evaluation.take_error());
    return truth == Truth::yes;
}

std::uint64_t Evaluator::steps_taken() const noexcept {
    return memory_->steps;
}

Item Evaluator::system_value(Item const& item) {
    static Program const nothing;
    Context const context{.focus = item};
    return Evaluation(nothing, context, memory_->stack, memory_->arena).system_value(item);
}

std::optional<std::string_view> Evaluator::text(Item const& item) {
    static Program const nothing;
    Context const context{.focus = item};
    return Evaluation(nothing, context, memory_->stack, memory_->arena).text_of_item(item);
}

}  // namespace salus::fhir::fhirpath
