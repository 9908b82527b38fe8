// The values that the parameters of packages find in one resource. Private to the room. Serves one
// resource, on one thread.
#pragma once

#include "fhir/fhirpath/evaluator.h"
#include "fhir/index_values.h"

namespace salus::fhir {

// Whether values of this element type are searched by parameters of this type
// (https://hl7.org/fhir/R4/search.html#table). Others are passed over, as in a choice.
[[nodiscard]] bool is_searched_as(Type const& element, ParameterType type) noexcept;

class LoadedValues {
public:
    explicit LoadedValues(json::Value resource);
    // REQUIRES: a loaded parameter of the resource's type. An evaluation that is refused, because
    // it would take too long, leaves no value: the resource is not found by this parameter.
    [[nodiscard]] ValueWriter find(SearchParameter const& parameter);

private:
    void add_values(ValueWriter& values, fhirpath::Expression const& expression,
                    fhirpath::Item const& focus);
    void add_places(ValueWriter& values, SearchParameter const& parameter);

    std::optional<fhirpath::Item> root_;
    fhirpath::Evaluator evaluator_;
};

}  // namespace salus::fhir
