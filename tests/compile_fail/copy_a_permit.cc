// A Permit is for one request: it is handed on, not multiplied.
// EXPECT: (?:deleted|implicitly-deleted) copy constructor
// EXPECT: use of deleted function
#include "request/permit.h"

using salus::request::Permit;

#ifdef FORBIDDEN
Permit keep(Permit const& permit) {
    return permit;
}
#else
Permit keep(Permit permit) {
    return permit;
}
#endif
