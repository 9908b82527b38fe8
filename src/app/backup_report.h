// Inside the room: what the commands of backups say. No ePHI: numbers, times and fingerprints.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "backup/restore.h"
#include "json/document.h"

namespace salus::app {

// From what GET /admin/backups answered about a backup that was made.
[[nodiscard]] std::vector<std::string> describe_backup_made(json::Value progress);
// "2026-11-26T03:00:00.000Z" of microseconds since 1970 UTC.
[[nodiscard]] std::string instant_of(std::int64_t microseconds);
// "3 h 20 min" since then; nothing negative.
[[nodiscard]] std::string age_of(std::int64_t microseconds);
// SHA-256 of the public key, base64.
[[nodiscard]] std::string fingerprint_of(crypto::VerifyingKey const& key);
// Who signed and how that is known; which backup, of when.
[[nodiscard]] std::vector<std::string> describe_choice(backup::Restore const& restore, bool pinned);
[[nodiscard]] std::vector<std::string> describe_checked(backup::Checked const& checked);

}  // namespace salus::app
