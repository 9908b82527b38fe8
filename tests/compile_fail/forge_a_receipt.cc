// Only the audit gate, when the record is durable, makes a Receipt (AUD-2, invariant 1).
// EXPECT: calling a private constructor of class 'salus::request::Receipt'
// EXPECT: Receipt::Receipt\(.*is private
#include "request/disclosable.h"

using salus::request::Receipt;

std::uint64_t leaf(salus::RequestId request) {
#ifdef FORBIDDEN
    return Receipt(0, std::move(request)).leaf_index();
#else
    return request.text().size();
#endif
}
