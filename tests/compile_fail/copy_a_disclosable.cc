// An answer leaves once: one record, one disclosure.
// EXPECT: (?:deleted|implicitly-deleted) copy constructor
// EXPECT: use of deleted function
#include "request/disclosable.h"

using salus::request::Disclosable;

#ifdef FORBIDDEN
Disclosable keep(Disclosable const& answer) {
    return answer;
}
#else
Disclosable keep(Disclosable answer) {
    return answer;
}
#endif
