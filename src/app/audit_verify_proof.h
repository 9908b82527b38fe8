// Inside the room: `salus audit verify --proof`, of a proof that was handed out, with keys alone.
#pragma once

#include "app/commands.h"
#include "transparency/log_check.h"

namespace salus::app {

void say_entry(transparency::EntryCheck const& entry);
// An exit code; what was found is said. REQUIRES: a proof is given.
[[nodiscard]] int verify_proof(AuditLogOptions const& options);

}  // namespace salus::app
