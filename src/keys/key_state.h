// What a key may still be used for: NIST SP 800-57 part 1, section 7. Values.
#pragma once

#include <cstdint>

namespace salus::keys {

enum class KeyState : std::uint8_t {  // DO NOT CHANGE: bound into wrapped keys
    active = 1,                       // seals and opens
    decrypt_only = 2,                 // opens what it sealed
    destroyed = 3,                    // a tombstone: the version existed and the key is gone
    pre_active = 4,                   // made; a purpose's next key, which nobody looks up with yet
    // Kept for what older backups of the data hold, after nothing here is sealed under it any more
    // ("deactivated"): it opens nothing until it is readmitted. Data keys only.
    retired = 5,
};

}  // namespace salus::keys
