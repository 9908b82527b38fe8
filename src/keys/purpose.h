// Keys of a tenant for one purpose each, apart from the data keys. Values.
#pragma once

#include <cstdint>

namespace salus::keys {

enum class Purpose : std::uint8_t {  // DO NOT CHANGE: bound into wrapped keys
    address = 1,                     // keyed addresses and compartment ids
    blind_index = 2,                 // tokens for look-ups across patients
    audit_detail = 3,                // sealed details of the audit log
    cursor = 4,                      // paging cursors
    token_signing = 5,               // seals the token signing keys
};
inline constexpr Purpose kPurposes[] = {Purpose::address, Purpose::blind_index,
                                        Purpose::audit_detail, Purpose::cursor,
                                        Purpose::token_signing};

}  // namespace salus::keys
