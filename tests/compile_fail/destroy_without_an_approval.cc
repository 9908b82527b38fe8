// What destroys a patient's keys takes the proof that several people agreed (KEY-2).
// EXPECT: no viable conversion from 'const (salus::)?CompartmentId'.* to 'const Approval'
// EXPECT: invalid initialization of reference of type
#include "keys/key_rotation.h"

void destroy(salus::keys::KeyRotation& rotation,
             [[maybe_unused]] salus::CompartmentId const& patient,
             [[maybe_unused]] salus::keys::Approval const& approval) {
#ifdef FORBIDDEN
    static_cast<void>(rotation.destroy_compartment(patient));
#else
    static_cast<void>(rotation.destroy_compartment(approval));
#endif
}
