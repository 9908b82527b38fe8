// Key material is copied by clone(), never by accident (KEY-5).
// EXPECT: call to deleted constructor
// EXPECT: use of deleted function
#include "foundation/secret.h"

salus::SecretBytes keep(salus::SecretBytes const& key) {
#ifdef FORBIDDEN
    return key;
#else
    return key.clone();
#endif
}
