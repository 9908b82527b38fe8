// A refusal that nobody looks at is a safeguard that failed silently.
// EXPECT: ignoring return value
// EXPECT: ignoring returned value
#include "foundation/result.h"

salus::Result<void> check_access();

void serve() {
#ifdef FORBIDDEN
    check_access();
#else
    if (auto const allowed = check_access(); !allowed) return;
#endif
}
