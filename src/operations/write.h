// https://hl7.org/fhir/R4/http.html#create, #update and #delete, with their conditional forms
#pragma once

#include "operations/context.h"

namespace salus::operations {

// 201 with Location; the server chooses the id. With If-None-Exist 200 and the one match, if there
// is one (condition.h).
[[nodiscard]] Result<request::Prepared> create(Context const& context,
                                               request::Permit const& permit);
// 200, or 201 when the id is new (update as create). If-Match: Errc::precondition_failed unless the
// current version is the one named (http.html#concurrency). By condition: the one match; without a
// match it is created, under the resource's id if it has one and nothing stands there.
[[nodiscard]] Result<request::Prepared> update(Context const& context,
                                               request::Permit const& permit);
// 204, also when it is gone already, or when no resource matches the condition. Errc::not_found if
// it never existed.
[[nodiscard]] Result<request::Prepared> remove(Context const& context,
                                               request::Permit const& permit);

}  // namespace salus::operations
