// A character array that was filled at run time is no Literal either.
// EXPECT: is not a constant expression
#include "foundation/result.h"

salus::Result<int> refuse(char first) {
#ifdef FORBIDDEN
    char const text[] = {first, '\0'};
    return salus::fail(salus::Errc::invalid, text);
#else
    static_cast<void>(first);
    return salus::fail(salus::Errc::invalid, "no such patient");
#endif
}
