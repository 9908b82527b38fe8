#include "app/kernel_clock.h"

#include <sys/timex.h>

namespace salus::app {

std::optional<KernelClock> read_kernel_clock() {
    timex kernel{};
    auto const state = ::ntp_adjtime(&kernel);
    if (state < 0) return std::nullopt;
    return KernelClock{.synchronized = state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0,
                       .estimated_error = std::chrono::microseconds(kernel.esterror),
                       .largest_error = std::chrono::microseconds(kernel.maxerror)};
}

}  // namespace salus::app
