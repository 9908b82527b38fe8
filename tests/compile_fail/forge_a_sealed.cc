// Plaintext cannot pass for ciphertext: only Sealer and from_storage() make a Sealed (ENC-1).
// EXPECT: calling a private constructor of class 'salus::crypto::Sealed'
// EXPECT: Sealed::Sealed\(.*is private
#include "crypto/sealed.h"

salus::Result<salus::crypto::Sealed> read(salus::Bytes bytes) {
#ifdef FORBIDDEN
    return salus::crypto::Sealed(std::move(bytes));
#else
    return salus::crypto::Sealed::from_storage(std::move(bytes));
#endif
}
