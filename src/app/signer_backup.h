// The signer of checkpoints in backups (docs/decisions/0035): its memory and public key are among
// the data, its key is sealed among the keys. A signer that is somebody else's process ("socket")
// is somebody else's to back up. May block, as the key management service may.
#pragma once

#include "app/instance.h"

namespace salus::app {

// Seals the key that signs now as keys/checkpoint-signer.sealed; does nothing where that is so
// already, or where nothing was signed yet. Thread safety: one at a time.
[[nodiscard]] Result<void> seal_signer_key(Layout const& layout, std::string const& realm,
                                           keys::KeyManagementService& service,
                                           crypto::Random& random);
// Puts the key back beside a memory that has none, as a restore leaves it, before the signer is
// started. False, and `why`, when it does not open or is not the memory's.
[[nodiscard]] bool restore_signer_key(Configuration const& configuration, std::string& why);
// A leaf of the tenant's log that it comes from a backup, and how far the signer that came with it
// had signed. Errc::corrupt: the signer's memory is not its own.
[[nodiscard]] Result<void> record_restored(Layout const& layout, std::string const& realm,
                                           request::Tenant const& tenant);

}  // namespace salus::app
