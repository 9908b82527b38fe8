#include "fhir/fhirpath/expression.h"

#include <utility>

#include "fhir/fhirpath/parser.h"
#include "fhir/fhirpath/program.h"
#include "fhir/fhirpath/type_check.h"

namespace salus::fhir::fhirpath {

Expression::Expression(std::unique_ptr<Program const> program) : program_(std::move(program)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

Result<Expression> Expression::compile(std::string_view text) {
    SALUS_TRY(auto program, parse(text));
    return Expression(std::make_unique<Program const>(std::move(program)));
}

Result<Expression> Expression::compile_for(Type const& type, std::string_view text) {
    SALUS_TRY(auto expression, compile(text));
    SALUS_TRY_VOID(check_types(expression.program(), type));
    return expression;
}

}  // namespace salus::fhir::fhirpath
