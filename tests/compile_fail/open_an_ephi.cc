// Only the classes that EphiAccess lists can make one, and only with one can ePHI be opened.
// EXPECT: calling a private constructor of class 'salus::EphiAccess'
// EXPECT: EphiAccess::EphiAccess\(\).* is private
#include "foundation/ephi.h"

std::size_t length(salus::EphiText const& name) {
#ifdef FORBIDDEN
    return name.reveal(salus::EphiAccess()).size();
#else
    return name.size();
#endif
}
