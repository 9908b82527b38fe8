#include "foundation/check.h"

#include <cstdio>
#include <cstdlib>

namespace salus {

void check_failed(char const* condition, char const* file, int line) noexcept {
    // Only source text is printed: a condition never carries a value.
    static_cast<void>(
        std::fprintf(stderr, "salus: check failed: %s at %s:%d\n", condition, file, line));
    std::abort();
}

}  // namespace salus
