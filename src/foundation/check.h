// SALUS_CHECK: an invariant of the program itself. Always on; a failure is a bug, never bad input
// (bad input is a Result), and ends the process, because going on would be guessing with ePHI.
#pragma once

namespace salus {

[[noreturn]] void check_failed(char const* condition, char const* file, int line) noexcept;

}  // namespace salus

#define SALUS_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::salus::check_failed(#condition, __FILE__, __LINE__))
