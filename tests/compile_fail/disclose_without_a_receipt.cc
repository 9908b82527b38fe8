// No audit, no access (invariant 1): without a Receipt nothing is disclosed.
// EXPECT: no matching function for call to 'disclose'
// EXPECT: too few arguments to function
#include "request/disclosable.h"

using salus::request::Disclosable;
using salus::request::Receipt;

salus::http::Response answer(Disclosable prepared, [[maybe_unused]] Receipt receipt) {
#ifdef FORBIDDEN
    return disclose(std::move(prepared));
#else
    return disclose(std::move(prepared), std::move(receipt));
#endif
}
