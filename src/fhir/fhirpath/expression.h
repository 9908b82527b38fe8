// A FHIRPath expression (https://hl7.org/fhirpath/N1/, with the additions of
// https://hl7.org/fhir/R4/fhirpath.html), compiled once and evaluated often (evaluator.h).
//
// Bounded in length, nodes and depth (foundation/limits.h). Thread safety: constant; share it.
#pragma once

#include <memory>
#include <string_view>

#include "fhir/definitions.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

struct Program;

class Expression {
public:
    // Errc::invalid for what is not FHIRPath or names an unknown function or type; the location is
    // the offset of the place in the text, as [17]. Errc::not_supported for a function that is not
    // offered; Errc::too_large.
    [[nodiscard]] static Result<Expression> compile(std::string_view text);
    // And refuses what cannot be right when it is applied to this type: elements that do not
    // exist, conditions that are not Boolean, the order of what has none.
    [[nodiscard]] static Result<Expression> compile_for(Type const& type, std::string_view text);

    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();

    [[nodiscard]] Program const& program() const noexcept { return *program_; }

private:
    explicit Expression(std::unique_ptr<Program const> program);
    std::unique_ptr<Program const> program_;
};

}  // namespace salus::fhir::fhirpath
