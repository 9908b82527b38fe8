// Only the audit gate makes a RecordedIntent (invariant 5).
// EXPECT: calling a private constructor of class 'salus::request::RecordedIntent'
// EXPECT: RecordedIntent::RecordedIntent\(.*is private
#include "request/disclosable.h"

std::uint64_t leaf(std::uint64_t index) {
#ifdef FORBIDDEN
    return salus::request::RecordedIntent(index).leaf_index();
#else
    return index;
#endif
}
