#include "fhir/index_expressions.h"

#include <map>

#include "fhir/fhirpath/evaluator.h"
#include "foundation/check.h"

namespace salus::fhir {
namespace {

using Expressions = std::map<SearchParameter const*, fhirpath::Expression>;

// The definitions are constant, and so is what is made of them.
Expressions const& compiled() {
    static Expressions const all = [] {
        Expressions made;
        for (auto const& type : resource_types()) {
            for (auto const& parameter : type.search_parameters) {
                if (parameter.expression.empty()) continue;
                auto expression = fhirpath::Expression::compile(parameter.expression.text());
                SALUS_CHECK(expression);
                made.emplace(&parameter, *std::move(expression));
            }
        }
        return made;
    }();
    return all;
}

void add(ValueWriter& values, fhirpath::Item const& item) {
    if (item.kind() == fhirpath::ItemKind::boolean) return values.add_truth(item.boolean());
    if (!item.is_element() || !item.has_value()) return;
    values.add(item.value(), SearchPath{{}, item.type(), nullptr, 0, {}, {}});
}

}  // namespace

void add_expression_values(ValueWriter& values, json::Value resource,
                           SearchParameter const& parameter) {
    auto const expression = compiled().find(&parameter);
    auto const root = fhirpath::Item::resource(resource);
    if (expression == compiled().end() || !root) return;
    auto context = fhirpath::Context::of(*root);
    context.unresolved = fhirpath::Unresolved::typed;
    fhirpath::Evaluator evaluator;
    auto const items = evaluator.evaluate(expression->second, context);
    if (!items) return;
    for (auto const& item : *items) add(values, item);
}

}  // namespace salus::fhir
