// POST and GET /admin/backups, POST /admin/backups/drills: backups of the whole instance. A backup
// takes longer than a request may, so it is begun by one and its progress is asked for by others.
// What it does leaves records of its own in every tenant's audit log: begun, before the first byte
// is read, and made.
#pragma once

#include <filesystem>
#include <string>

#include "json/document.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::admin {

// Directories of the machine that the instance runs on, each a repository already: only who can
// write there can make it one, so a token alone makes the server write nowhere new.
struct BackupPlaces {
    std::filesystem::path to;
    std::filesystem::path keys_to;
};

struct BackupCounts {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
    std::uint64_t new_blocks = 0;
    std::uint64_t new_bytes = 0;
};

struct BackupProgress {
    enum class State { none, running, made, failed };
    State state = State::none;  // of the last one since the start
    Literal why;                // failed
    std::uint64_t backup = 0;   // made: its number, and the rest
    std::int64_t point = 0;     // of recovery, microseconds since 1970 UTC
    BackupCounts data;
    BackupCounts keys;
};

// What a drill, which runs elsewhere, found.
struct DrillReport {
    std::uint64_t backup = 0;
    bool good = false;
    std::uint64_t versions = 0;  // of records that were opened
};

class Backups {
public:
    virtual ~Backups() = default;
    // Any thread. Errc::conflict while one is running; Errc::invalid for places that are not apart
    // or not repositories of this instance.
    [[nodiscard]] virtual Result<void> begin(BackupPlaces const& places) = 0;
    [[nodiscard]] virtual BackupProgress progress() const = 0;
    // Durable in the first tenant's audit log when it returns.
    [[nodiscard]] virtual Result<void> record(DrillReport const& report) = 0;
};

// The body is {"to":PATH,"keys_to":PATH}: 202.
[[nodiscard]] Result<request::Prepared> begin_backup(Backups& backups,
                                                     request::Exchange const& exchange,
                                                     json::Parser& parser);
[[nodiscard]] request::Prepared backup_state(Backups const& backups);
// The body is {"backup":N,"good":BOOLEAN,"versions":N}.
[[nodiscard]] Result<request::Prepared> report_drill(Backups& backups,
                                                     request::Exchange const& exchange,
                                                     json::Parser& parser);

}  // namespace salus::admin
