#include "keys/process_memory.h"

#include <charconv>
#include <limits>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

std::uint64_t limit_of(rlim_t value) {
    return value == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max() : value;
}

// The value of a line such as "VmLck:\t      64 kB", in bytes.
Result<std::uint64_t> status_bytes(std::string_view status, std::string_view name) {
    constexpr Literal kWhy = "the kernel's process status has no such line";
    auto const line = status.find(name);
    if (line == std::string_view::npos) return fail(Errc::internal, kWhy);
    auto const digits = status.find_first_of("0123456789", line + name.size());
    if (digits == std::string_view::npos) return fail(Errc::internal, kWhy);
    std::uint64_t kibibytes = 0;
    auto const end = status.data() + status.size();
    if (std::from_chars(status.data() + digits, end, kibibytes).ec != std::errc()) {
        return fail(Errc::internal, kWhy);
    }
    return kibibytes * limits::kKiB;
}

}  // namespace

Result<void> harden_process() {
    rlimit const none{.rlim_cur = 0, .rlim_max = 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) {
        return fail(Errc::internal, "core files could not be turned off");
    }
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return fail(Errc::internal, "the process could not be made undumpable");
    }
    return {};
}

Result<ProcessMemoryFacts> read_process_memory_facts() {
    constexpr std::size_t kStatusBytes = 64 * limits::kKiB;
    rlimit core{};
    rlimit locked{};
    if (::getrlimit(RLIMIT_CORE, &core) != 0 || ::getrlimit(RLIMIT_MEMLOCK, &locked) != 0) {
        return fail(Errc::internal, "the kernel did not tell the process's limits");
    }
    auto const dumpable = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    if (dumpable < 0) return fail(Errc::internal, "the kernel did not tell whether it dumps");
    SALUS_TRY(auto const contents, read_file("/proc/self/status", kStatusBytes));
    auto const status = text_of(contents);
    SALUS_TRY(auto const locked_bytes, status_bytes(status, "\nVmLck:"));
    SALUS_TRY(auto const swapped_bytes, status_bytes(status, "\nVmSwap:"));
    return ProcessMemoryFacts{.dumpable = dumpable != 0,
                              .core_limit = limit_of(core.rlim_cur),
                              .core_limit_hard = limit_of(core.rlim_max),
                              .locked_limit = limit_of(locked.rlim_cur),
                              .locked_bytes = locked_bytes,
                              .swapped_bytes = swapped_bytes};
}

}  // namespace salus::keys
