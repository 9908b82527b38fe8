// Only the judge of retention says that leaves are due (AUD-6).
// EXPECT: calling a private constructor of class 'salus::audit::DuePrefix'
// EXPECT: DuePrefix.* is private within this context
#include "audit/retention.h"

using salus::audit::DuePrefix;

DuePrefix due(DuePrefix const& judged) {
#ifdef FORBIDDEN
    return DuePrefix(2, 1, {});
#else
    return judged;
#endif
}
