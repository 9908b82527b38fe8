// For tests: the FIPS provider that tools/fips_module.sh made, which is no validated module, and
// processes of their own to load it in: a module is chosen once in a process's life.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/module.h"
#include "foundation/check.h"

namespace salus::crypto::testing {

inline std::filesystem::path made() {
    auto const* const chosen = std::getenv("SALUS_FIPS_MODULE");
    return chosen != nullptr ? chosen : SALUS_SOURCE_DIR "/build/fips";
}
inline bool there() {
    std::error_code error;
    if (std::filesystem::exists(made() / "fipsmodule.cnf", error)) return true;
    std::puts("not run: there is no FIPS provider to try; tools/fips_module.sh builds one");
    return false;
}

inline std::string line_of(std::filesystem::path const& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

inline ModulePin pin_of(std::filesystem::path const& directory) {
    ModulePin pin{.module = directory / "fips.so",
                  .configuration = directory / "fipsmodule.cnf",
                  .name = "OpenSSL FIPS Provider",
                  .version = line_of(made() / "version")};
    auto const bytes = from_hex(line_of(made() / "sha256"));
    std::ranges::copy(bytes.value(), pin.sha256.begin());
    return pin;
}

// Runs one disabled test of this program in a new process. True when it passed.
inline bool passes_alone(std::string const& test) {
    auto const child = ::fork();
    SALUS_CHECK(child >= 0);
    if (child == 0) {
        auto const filter = "--gtest_filter=" + test;
        ::execl("/proc/self/exe", "test", "--gtest_also_run_disabled_tests", filter.c_str(),
                nullptr);
        ::_exit(99);
    }
    int status = 0;
    SALUS_CHECK(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace salus::crypto::testing
