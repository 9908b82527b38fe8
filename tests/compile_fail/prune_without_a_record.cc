// Files of an audit log are removed only where a leaf says so (AUD-6).
// EXPECT: calling a private constructor of class 'salus::audit::RecordedPruning'
// EXPECT: RecordedPruning.* is private within this context
#include "audit/pruning.h"

using salus::audit::RecordedPruning;

RecordedPruning recorded(RecordedPruning const& found, salus::audit::PrunedPrefix const& prefix) {
#ifdef FORBIDDEN
    static_cast<void>(found);
    return RecordedPruning(prefix);
#else
    static_cast<void>(prefix);
    return found;
#endif
}
