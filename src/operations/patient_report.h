// GET /Patient/[id]/$accounting, the accounting of disclosures (45 CFR 164.528), and
// /Patient/[id]/$access-report, every access (AUD-8): as a FHIR document with proofs, or as a page.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Of the last six years where no period is given. Errc::too_large beyond
// limits::kReportedEvents: a shorter period is to be asked for.
[[nodiscard]] Result<request::Prepared> patient_report(Context const& context,
                                                       request::Permit const& permit);

}  // namespace salus::operations
