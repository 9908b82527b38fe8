// SearchParameters of packages, compiled (https://hl7.org/fhir/R4/searchparameter.html). What
// cannot be offered is told, with its reason, and nobody can search by it.
//
// A package can add names, and never change what a name of FHIR's own means, nor take one that says
// whose data it is or that finds resources across patients.
// Thread safety: one thread.
#pragma once

#include <map>
#include <span>

#include "fhir/fhirpath/expression_use.h"
#include "fhir/loaded_parameters.h"
#include "fhir/packages/package.h"
#include "json/document.h"

namespace salus::fhir {

inline constexpr std::size_t kLoadedParameters = 4'000;  // one for each type and code
inline constexpr std::size_t kParametersRefused = 200;   // told about all packages

// All text is of packages and of our own; none of it is ePHI.
struct RefusedParameter {
    std::string url;
    std::string base;
    std::string code;
    std::string because;
};

struct ParameterReport {
    std::vector<RefusedParameter> refused;  // at most kParametersRefused
    std::size_t refused_in_all = 0;
};

struct ReadParameters {
    LoadedParametersPointer parameters;  // nullptr: none can be offered
    std::shared_ptr<ParameterReport const> report;
};

class ParameterReader {
public:
    // Errc::invalid: not JSON; Errc::too_large beyond limits::kDefinitions, or kLoadedParameters.
    // Of two that define one name differently the first counts.
    [[nodiscard]] static Result<ReadParameters> read(std::span<Package const> packages,
                                                     DefinitionDigest digest);

private:
    // One definition, whatever its bases.
    struct Definition {
        json::Value root;
        std::string url;
        std::string code;
        std::string expression;
        ParameterType type = ParameterType::special;
        bool derived = false;  // of FHIR's own, or one of them
    };
    [[nodiscard]] Result<void> add(json::Value root);
    [[nodiscard]] Result<void> add_for(Definition const& definition, Type const& base);
    // Errors say why it is not offered.
    [[nodiscard]] Result<LoadedParameter> compile(Definition const& definition, Type const& base);
    [[nodiscard]] Result<void> compile_values(Definition const& definition,
                                              LoadedParameter& parameter);
    [[nodiscard]] Result<void> compile_components(Definition const& definition,
                                                  fhirpath::ExpressionUse const& places,
                                                  LoadedParameter& parameter);
    [[nodiscard]] Result<SharedExpression> expression(Type const& type, std::string const& text);
    [[nodiscard]] ParameterType component_type(json::Value component,
                                               fhirpath::ExpressionUse const& use) const;
    void refuse(Definition const& definition, std::string_view base, Error const& why);

    json::Parser parser_;
    std::vector<json::Document> documents_;
    std::map<std::string, json::Value, std::less<>> by_url_;
    std::map<std::string, SharedExpression, std::less<>> expressions_;
    std::map<std::pair<Type const*, std::string>, std::string> taken_;  // text of each name
    std::vector<LoadedParameter> parameters_;
    ParameterReport report_;
};

}  // namespace salus::fhir
