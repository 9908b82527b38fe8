// The room's own key to what a ResourceView holds. Private to the room: other rooms open a view
// with their EphiAccess.
#pragma once

#include "fhir/resource.h"

namespace salus::fhir {

class Contents {
public:
    [[nodiscard]] static json::Value of(ResourceView const& view) noexcept { return view.root_; }
    // REQUIRES: validated, or of our own making.
    [[nodiscard]] static ResourceView view(Type const& type, json::Value root) noexcept {
        return {type, root};
    }
};

}  // namespace salus::fhir
