// Evaluates FHIRPath expressions on a resource. Pure: no clock, no network, no state but buffers
// that the next evaluation reuses. Every evaluation is bounded in steps, items and bytes
// (foundation/limits.h); one that would go beyond is refused, Errc::too_large.
//
//   Evaluator evaluator;
//   SALUS_TRY(auto const names, evaluator.evaluate(expression,
//   Context::of(*Item::resource(root)))); for (auto const& item : names) use(evaluator.text(item));
//
// Thread safety: an Evaluator belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "fhir/fhirpath/expression.h"
#include "fhir/fhirpath/item.h"
#include "foundation/clock.h"
#include "foundation/limits.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

// What lies outside the resource. By default nothing does. Implementations answer from memory.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    // The resource that a reference names, when it is neither contained nor in the same bundle.
    [[nodiscard]] virtual std::optional<Item> resolve(std::string_view reference);
    // Nothing: the value set is not known, and the evaluation is refused.
    [[nodiscard]] virtual std::optional<bool> is_member_of(Item const& coded,
                                                           std::string_view value_set);
    // Nothing: the profile is not known. HL7's definitions of the types themselves are not asked.
    [[nodiscard]] virtual std::optional<bool> conforms_to(Item const& item,
                                                          std::string_view profile);
};

struct Variable {
    std::string_view name;  // without %
    Item value;
};

// What resolve() makes of a reference to a resource that is not at hand.
enum class Unresolved : std::uint8_t {
    absent,  // nothing
    typed,   // a resource without elements, of the type that the reference names: enough for
             // where(resolve() is Patient) in search parameters
};

struct Context {
    Item focus;                           // what the expression is applied to; %context
    std::optional<Item> resource{};       // %resource: that which holds the focus
    std::optional<Item> root_resource{};  // %rootResource: that which contains the resource
    WallTime now{};                       // of now(), today(), timeOfDay(), in UTC
    std::span<Variable const> variables{};
    Surroundings* surroundings = nullptr;
    Unresolved unresolved = Unresolved::absent;
    std::uint64_t steps = limits::kFhirPathSteps;

    [[nodiscard]] static Context of(Item resource) {
        return {.focus = resource, .resource = resource, .root_resource = resource};
    }
};

class Evaluator {
public:
    Evaluator();
    ~Evaluator();  // scrubs what was made of values
    Evaluator(Evaluator&&) noexcept;
    Evaluator& operator=(Evaluator&&) noexcept;

    // The items, in order. They borrow this Evaluator, the expression and the documents, and die
    // with the next call. Errc::invalid: what the expression asks for has no meaning here (many
    // where one is needed, types that cannot be compared); the location is the offset in its text.
    [[nodiscard]] Result<std::span<Item const>> evaluate(Expression const& expression,
                                                         Context const& context);
    // As an invariant is judged (https://hl7.org/fhir/R4/conformance-rules.html#constraints): it
    // holds only if the result is true. Empty does not hold; a single item that is no Boolean is
    // true.
    [[nodiscard]] Result<bool> holds(Expression const& expression, Context const& context);

    // Of the last holds(), whether or not it was refused.
    [[nodiscard]] std::uint64_t steps_taken() const noexcept;

    // A primitive element as its System value; every other item as it is.
    [[nodiscard]] Item system_value(Item const& item);
    // As toString() has it; nothing for what has no text: complex types.
    [[nodiscard]] std::optional<std::string_view> text(Item const& item);

private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
};

}  // namespace salus::fhir::fhirpath
