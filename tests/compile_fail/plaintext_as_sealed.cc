// Bytes do not turn into a Sealed where one is asked for (ENC-1).
// EXPECT: no known conversion from 'const (salus::)?Bytes'.* to 'const salus::crypto::Sealed'
// EXPECT: invalid initialization of reference of type .const salus::crypto::Sealed&
#include "crypto/sealed.h"

void commit(salus::crypto::Sealed const& sealed);

void store([[maybe_unused]] salus::Bytes const& plaintext,
           [[maybe_unused]] salus::crypto::Sealed const& sealed) {
#ifdef FORBIDDEN
    commit(plaintext);
#else
    commit(sealed);
#endif
}
