// What keeps the process's memory out of core dumps and debuggers (KEY-5), and what the kernel says
// about it. Thread safety: any thread; the effects are the whole process's.
#pragma once

#include <cstdint>

#include "foundation/result.h"

namespace salus::keys {

// No core file (RLIMIT_CORE 0, hard limit too) and no ptrace or /proc/PID/mem by the same user
// (PR_SET_DUMPABLE 0). Call it before the first secret is read. execve() undoes the second.
// Errc::internal when the kernel refuses.
[[nodiscard]] Result<void> harden_process();

struct ProcessMemoryFacts {
    bool dumpable = true;               // PR_GET_DUMPABLE
    std::uint64_t core_limit = 0;       // soft RLIMIT_CORE, bytes; UINT64_MAX is no limit
    std::uint64_t core_limit_hard = 0;  // what the process could raise it to
    std::uint64_t locked_limit = 0;     // soft RLIMIT_MEMLOCK, bytes
    std::uint64_t locked_bytes = 0;     // VmLck of /proc/self/status
    std::uint64_t swapped_bytes = 0;    // VmSwap of /proc/self/status
};

// Read from the kernel at each call, for `salus check`. Errc::internal when it does not answer.
[[nodiscard]] Result<ProcessMemoryFacts> read_process_memory_facts();

}  // namespace salus::keys
