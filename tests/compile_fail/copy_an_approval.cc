// An Approval is spent once (KEY-2).
// EXPECT: call to deleted constructor of 'Approval'
// EXPECT: use of deleted function .*Approval
#include "keys/dual_control/approval.h"

using salus::keys::Approval;

Approval again(Approval approval) {
#ifdef FORBIDDEN
    Approval const& first = approval;
    return first;
#else
    return approval;
#endif
}
