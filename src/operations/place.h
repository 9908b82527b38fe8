// Where a new version stands: with the patient whom it names first (fhir/compartment.h), or, if it
// names none and is about records, with the patient with whom these stand (decision 0056).
//
// Whether a record is there, the answer must not tell whoever may not see it. So a record that the
// caller does not see counts as absent, all of them have to be there, and one refusal serves for
// all: absent, of several patients, or with a patient with whom the caller may not write.
#pragma once

#include "operations/stage.h"

namespace salus::operations {

struct Place {
    CompartmentId compartment;
    bool by_records = false;  // nothing but the records that it is about told so
};

// `stored`: as it will be stored, so that references between entries are resolved.
// Errc::unprocessable: the refusal above.
[[nodiscard]] Result<Place> place_of(Context const& context, Staging const& staging,
                                     fhir::ResourceView const& stored);
// Of a seal that was refused there, what the caller may be told.
[[nodiscard]] Error refusal_at(Place const& place, Error refusal);

}  // namespace salus::operations
