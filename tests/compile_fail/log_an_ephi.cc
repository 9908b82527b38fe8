// ePHI cannot be logged (KEY-6).
// EXPECT: no matching function for call to 'field'
// EXPECT: no matching function for call to .field\(
#include "foundation/ephi.h"
#include "foundation/log.h"

salus::LogField describe(salus::EphiText const& name) {
#ifdef FORBIDDEN
    return salus::field("name", name);
#else
    return salus::field("size", name.size());
#endif
}
