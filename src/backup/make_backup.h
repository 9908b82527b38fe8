// Makes a backup of an instance, running or not, without stopping it and without a second writer.
//
// Order: the store first, the key stores after it (a key is durable before a record is sealed with
// it, so every record's key is in the copy), the audit logs last (a stored write has its leaf
// before). Key stores and key-encryption keys are of one moment. Everything copied is ciphertext,
// or tells what the disk's administrator knows anyway (ENC-1). Reads through snapshots
// (sqlite/snapshot.h); waits for nobody and makes nobody wait.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "backup/repository.h"
#include "foundation/clock.h"

namespace salus::backup {

// What an instance is made of; names below its directory.
struct Plan {
    std::filesystem::path instance;
    std::string realm;
    std::string store;                    // a database; to the data
    std::vector<std::string> key_stores;  // databases; to the keys
    std::vector<std::string> data_files;  // small ones that never change in place
    std::vector<std::string> key_files;
    struct Log {
        TenantName tenant;
        std::string directory;  // "audit/default"
        // Of a pruned log: the tiles of what is gone, which cannot be made again. They never
        // change.
        std::vector<std::string> tiles;
    };
    std::vector<Log> logs;
};

struct Made {
    std::uint64_t backup = 0;  // its number
    std::int64_t point = 0;    // of recovery, microseconds since 1970 UTC
    BlockCounts data;
    BlockCounts keys;
    std::vector<LogEntry> logs;
};

// Borrows all for the call. Errc::conflict when another backup is being written at either place, or
// when a place belongs to another instance, or while the key-encryption keys change faster than
// they can be copied; Errc::timeout when it was asked to stop; errors of the repository and of what
// is read. After any error the backups before are as they were.
[[nodiscard]] Result<Made> make_backup(Plan const& plan, Repository& data, Repository& keys,
                                       crypto::SigningKey const& key, Clock const& clock,
                                       std::stop_token const& stop);

}  // namespace salus::backup
