// ePHI cannot be written to a stream (KEY-6).
// EXPECT: overload resolution selected deleted operator '<<'
// EXPECT: use of deleted function .*operator<<
#include <iostream>

#include "foundation/ephi.h"

void show(std::ostream& out, salus::EphiText const& name) {
#ifdef FORBIDDEN
    out << name;
#else
    out << name.size();
#endif
}
