// At a start: what an earlier version stored of consents is made to be found
// (operations/consent_marking.h), before anything is served. Looks once at every version of a
// tenant, some 30 us each; how far it came stands in a file, so that an interrupted start goes on
// and a later one does nothing.
#pragma once

#include <filesystem>

#include "crypto/random.h"
#include "foundation/log.h"
#include "records/compartment_index.h"
#include "request/tenant.h"

namespace salus::app {

// Errors of keys, store and file: nothing is lost, and the next start goes on. May block for long.
[[nodiscard]] Result<void> mark_stored_consents(request::Tenant const& tenant,
                                                std::filesystem::path const& place,
                                                crypto::Random& random, records::IndexCache& cache,
                                                Log& log);

}  // namespace salus::app
