// Key material cannot be written to a stream (KEY-5).
// EXPECT: overload resolution selected deleted operator '<<'
// EXPECT: use of deleted function .*operator<<
#include <iostream>

#include "foundation/secret.h"

void show(std::ostream& out, salus::SecretBytes const& key) {
#ifdef FORBIDDEN
    out << key;
#else
    out << key.size();
#endif
}
