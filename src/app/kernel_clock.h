// What the kernel says of its clock (adjtimex(2)): whether something keeps it synchronized.
#pragma once

#include <chrono>
#include <optional>

namespace salus::app {

struct KernelClock {
    bool synchronized = false;
    std::chrono::microseconds estimated_error{0};
    std::chrono::microseconds largest_error{0};
};
// Nothing: the kernel does not tell. Any thread.
[[nodiscard]] std::optional<KernelClock> read_kernel_clock();

}  // namespace salus::app
