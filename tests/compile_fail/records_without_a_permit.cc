// What an operation works with are records as a permit reaches them, and no others (AZ-6).
// EXPECT: no matching constructor for initialization of 'Context'
// EXPECT: no matching function for call to .*Context
#include "operations/context.h"

using salus::operations::Context;

bool is_constrained(salus::operations::Workplace const& workplace,
                    [[maybe_unused]] salus::operations::PermittedRecords& permitted) {
#ifdef FORBIDDEN
    return Context(workplace, workplace.records).records.constrained();
#else
    return Context(workplace, permitted).records.constrained();
#endif
}
