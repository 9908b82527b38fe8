// Inside the room: a change of a log's signing state, as a leaf of that log. Any thread; waits for
// the disk.
#pragma once

#include "audit/leaf.h"
#include "foundation/strong_id.h"
#include "transparency/signed_log.h"

namespace salus::app {

// Taken in every state, since it is what the state is about. `size`: of the tree that was signed.
void record_signing_state(transparency::SignedLog& log, TenantName const& tenant, Literal state,
                          audit::Outcome outcome, std::uint64_t size);

}  // namespace salus::app
