// What of an instance goes into which part of its backups, and where they may stand. Pure functions
// of the file system; any thread.
#pragma once

#include "app/configuration.h"
#include "backup/make_backup.h"

namespace salus::app {

// To the data: records, audit logs, configuration, certificates, and the memory of a signer that is
// the server's child. To the keys: everything below keys/, and the sealed key of the local
// authority. To neither: credentials/ (passphrases, private
// keys of clients) and private keys of TLS, which are not sealed. Errc::invalid for a file below
// keys/ whose name no backup can hold.
[[nodiscard]] Result<backup::Plan> backup_plan(Configuration const& configuration);

// Errc::invalid unless both are absolute, different, not one inside the other, and not inside the
// instance or around it.
[[nodiscard]] Result<void> check_places(std::filesystem::path const& instance,
                                        std::filesystem::path const& to,
                                        std::filesystem::path const& keys_to);

}  // namespace salus::app
