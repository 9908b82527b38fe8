// ePHI is copied by clone(), never by accident (KEY-5).
// EXPECT: call to deleted constructor
// EXPECT: use of deleted function
#include "foundation/ephi.h"

salus::EphiText keep(salus::EphiText const& name) {
#ifdef FORBIDDEN
    return name;
#else
    return name.clone();
#endif
}
