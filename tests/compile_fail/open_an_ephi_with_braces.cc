// The private constructor is not walked around by aggregate initialisation.
// EXPECT: calling a private constructor of class 'salus::EphiAccess'
// EXPECT: EphiAccess::EphiAccess\(\).* is private
#include "foundation/ephi.h"

std::size_t length(salus::EphiText const& name) {
#ifdef FORBIDDEN
    return name.reveal({}).size();
#else
    return name.size();
#endif
}
