// Whether somebody takes part in the care of a patient (45 CFR 164.506(c), 164.514(d)): a fact that
// policies decide by. Asked of the records; one thread.
#pragma once

#include <string_view>

#include "foundation/result.h"
#include "foundation/strong_id.h"

namespace salus::request {

class CareRelationships {
public:
    CareRelationships() = default;
    CareRelationships(CareRelationships const&) = delete;
    CareRelationships& operator=(CareRelationships const&) = delete;
    virtual ~CareRelationships() = default;

    // `practitioner`: "Practitioner/[id]"; "": nobody, who cares for nobody.
    [[nodiscard]] virtual Result<bool> hold(std::string_view practitioner,
                                            CompartmentId const& patient) = 0;
};

}  // namespace salus::request
