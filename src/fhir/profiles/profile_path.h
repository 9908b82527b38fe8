// Where an element of a differential stands in a profile's tree. Private to the room.
#pragma once

#include <string_view>

#include "fhir/profiles/profile.h"
#include "foundation/result.h"

namespace salus::fhir {

// The node of an element's id (https://hl7.org/fhir/R4/elementdefinition.html#id), such as
// Observation.component:systolic.value[x]; it is made, with its slices, if it is not there yet.
// Errc::invalid: the type has no such element.
[[nodiscard]] Result<ProfileNode*> node_at(ProfileNode& root, Type const& type,
                                           std::string_view id);

// The elements of one name, those of a choice included (value: valueQuantity, valueString ...).
template <class Use>
void for_each_element(Type const& type, std::string_view name, Use use) {
    for (auto const& element : type.elements) {
        if (base_name(element) == name) use(element);
    }
}

}  // namespace salus::fhir
