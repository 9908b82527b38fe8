// Inside the room: an instance that was sealed in an emergency (docs/decisions/0025). Nothing is
// destroyed and nothing is opened: every request is answered 503 by a process that never had a key,
// also after a restart, until `salus keys unseal`.
#pragma once

#include <csignal>

#include "app/commands.h"
#include "app/instance.h"

namespace salus::app {

[[nodiscard]] bool is_sealed(Layout const& layout);
// Durable when it returns.
[[nodiscard]] Result<void> unseal(Layout const& layout);

// Until SIGINT or SIGTERM. Returns an exit code.
[[nodiscard]] int serve_sealed(Configuration const& configuration, sigset_t const& signals);
// Another image of the program takes this process's place, so that no byte of its memory stays.
// Returns, with an exit code, only if that is impossible.
[[nodiscard]] int become_sealed(ServeOptions const& options);

}  // namespace salus::app
