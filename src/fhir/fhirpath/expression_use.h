// What an expression reads of the resource that it is applied to, found from its text alone: who
// may not see that must not learn it by a search. Thread safety: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "fhir/fhirpath/expression.h"
#include "fhir/fhirpath/item.h"
#include "foundation/literal.h"

namespace salus::fhir::fhirpath {

struct ExpressionUse {
    // Why its results depend on more than the resource, or are no elements of it, and cannot be
    // kept in an index; empty: they can.
    Literal refused;
    std::vector<Type const*> types;  // of the elements that it may give
    bool gives_truth = false;        // or Booleans
    bool gives_root = false;         // or the very resource that it is applied to
    // Top-level elements by their JSON names, every type of a choice, sorted and each once.
    // Nothing: any of them may be read.
    std::optional<std::vector<Literal>> elements;
};

// Whether what an expression is applied to is the resource, or something within whose elements
// those who use it count themselves.
enum class FocusPlace : std::uint8_t { resource, within };

// `type`: of what it is applied to; `resource`: that holds it.
[[nodiscard]] ExpressionUse use_of(Expression const& expression, Type const& type, FocusPlace place,
                                   Type const& resource);

}  // namespace salus::fhir::fhirpath
