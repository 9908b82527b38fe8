// Memory for the pages that connections keep, in one piece. A page from malloc costs a system call
// and two page faults, more than reading it from the kernel; this piece costs some milliseconds
// once, and none of it is given back.
#pragma once

#include <cstddef>

#include "foundation/result.h"

namespace salus::sqlite {

// For a process that serves: before its first connection, once. What does not fit in it comes from
// malloc. Errc::internal after the first connection; unavailable when there is no memory.
[[nodiscard]] Result<void> reserve_page_memory(std::size_t bytes);

}  // namespace salus::sqlite
