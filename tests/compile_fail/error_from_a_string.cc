// An error's text is written in the source, so no request data can enter it (KEY-6).
// EXPECT: no known conversion from 'const std::string'.* to 'Literal'
// EXPECT: no known conversion for argument 2 from .* to .salus::Literal
#include <string>

#include "foundation/result.h"

salus::Result<int> refuse([[maybe_unused]] std::string const& name) {
#ifdef FORBIDDEN
    return salus::fail(salus::Errc::invalid, name);
#else
    return salus::fail(salus::Errc::invalid, "no such patient");
#endif
}
