// What a proposal acts on, as a hash, so that it is executed against no other state.
#pragma once

#include "admin/keys_desk.h"

namespace salus::admin {

// Errc::not_found, Errc::invalid: there is no such target.
[[nodiscard]] Result<crypto::Sha256Digest> state_of(KeysDesk const& desk, keys::Operation operation,
                                                    std::string_view target);
// The patient that an operation is about; nothing: none.
[[nodiscard]] std::optional<CompartmentId> patient_of(keys::Operation operation,
                                                      std::string_view target);

}  // namespace salus::admin
