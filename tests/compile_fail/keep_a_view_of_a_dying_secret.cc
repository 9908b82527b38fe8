// The view of a secret that dies at the end of the line would be of scrubbed memory.
// EXPECT: call to deleted member function 'reveal'
// EXPECT: use of deleted function .*reveal
#include "foundation/secret.h"

salus::SecretBytes make_key();

std::size_t size_of_key() {
#ifdef FORBIDDEN
    return make_key().reveal().size();
#else
    auto const key = make_key();
    return key.reveal().size();
#endif
}
