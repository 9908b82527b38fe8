// Comparing ePHI outside the rooms that open it would leak it through control flow.
// EXPECT: overload resolution selected deleted operator '=='
// EXPECT: use of deleted function .*operator==
#include "foundation/ephi.h"

bool same(salus::EphiText const& a, salus::EphiText const& b) {
#ifdef FORBIDDEN
    return a == b;
#else
    return a.size() == b.size();
#endif
}
