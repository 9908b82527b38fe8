// Inside the room: what `salus restore` and the drill share.
#pragma once

#include "app/commands.h"
#include "backup/restore.h"

namespace salus::app {

// Opens the two places, verifies the manifests, and says what was chosen and who signed it.
[[nodiscard]] Result<backup::Restore> choose_backup(RestoreOptions const& options);
// Makes the directories of an instance that no backup holds anything of, and marks it as restored,
// durably.
[[nodiscard]] Result<void> finish_copy(std::filesystem::path const& directory);

}  // namespace salus::app
