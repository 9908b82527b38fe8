// Inside the room: a change of a log's signing state, as a leaf of that log. Any thread; waits for
// the disk.
#pragma once

#include "audit/leaf.h"
#include "audit/log.h"
#include "foundation/strong_id.h"

namespace salus::app {

// `log` takes it in every state (SignedLog::unguarded), since it is what the state is about.
// `size`: of the tree that was signed.
void record_signing_state(audit::Log& log, TenantName const& tenant, Literal state,
                          audit::Outcome outcome, std::uint64_t size);

}  // namespace salus::app
