// https://hl7.org/fhir/R4/resource-operation-meta.html, -meta-add.html and -meta-delete.html, on
// one resource. Unlike what HL7 suggests, a change of meta makes a version: nothing that is stored
// is ever changed, and no change goes without its record.
#pragma once

#include "operations/context.h"

namespace salus::operations {

[[nodiscard]] Result<request::Prepared> meta(Context const& context, request::Permit const& permit);
// Adds or removes profiles, tags and security labels; the other elements of meta that are sent are
// refused (Errc::invalid). Without a change there is no new version.
[[nodiscard]] Result<request::Prepared> change_meta(Context const& context,
                                                    request::Permit const& permit);

}  // namespace salus::operations
