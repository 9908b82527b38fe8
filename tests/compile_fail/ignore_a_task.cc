// A task that nobody awaits never runs.
// EXPECT: ignoring return value
// EXPECT: ignoring returned value
#include "foundation/task.h"

salus::Task<void> record_access();

salus::Task<void> serve() {
#ifdef FORBIDDEN
    record_access();
    co_return;
#else
    co_await record_access();
#endif
}
