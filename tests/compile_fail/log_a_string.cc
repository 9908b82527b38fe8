// A text that was made at run time may hold ePHI, so the log does not take it (KEY-6).
// EXPECT: no matching function for call to 'field'
// EXPECT: no matching function for call to .field\(
#include <string>

#include "foundation/log.h"

salus::LogField describe(std::string const& text) {
#ifdef FORBIDDEN
    return salus::field("name", text);
#else
    return salus::field("size", text.size());
#endif
}
