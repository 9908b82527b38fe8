// A tenant's name is not a client's id, though both are text.
// EXPECT: invalid operands to binary expression
// EXPECT: no match for .operator==
#include "foundation/strong_id.h"

bool same(salus::TenantName const& a, [[maybe_unused]] salus::TenantName const& b,
          [[maybe_unused]] salus::ClientId const& client) {
#ifdef FORBIDDEN
    return a == client;
#else
    return a == b;
#endif
}
