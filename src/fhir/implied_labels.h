// Security labels that the codes in a resource imply, whether it carries them in meta.security or
// not: by a map of the caller's. One walk finds them for a resource that is judged and for its
// index entry, so that both say the same.
//
// Thread safety: values and pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/resource.h"

namespace salus::fhir {

// What codes make sensitive. By default nothing, and it is nobody's map.
struct LabelMap {
    // Of a map and of how it is applied: equal for maps that imply the same of every resource.
    // Index entries hold it, so that what they say under another map is not believed.
    std::string_view digest;
    // Labels of a code; empty: it makes nothing sensitive. A pure function; what it returns lives
    // as long as the program.
    std::vector<std::string_view> (*of)(std::string_view system, std::string_view code) = nullptr;
};

// By any code anywhere in the resource but in its own meta: sorted, each once.
[[nodiscard]] std::vector<std::string_view> implied_labels(ResourceView const& resource,
                                                           LabelMap const& map);

}  // namespace salus::fhir
