// The audit log: append-only, hash-chained, Merkle-hashed (RFC 6962), written ahead by one thread
// with group commit. Leaves are canonical JSON without ePHI; what may be ePHI is in a sealed detail
// whose hash the leaf carries. The format is docs/formats/audit-log.md (AUD-1, AUD-2, AUD-3).
//
// Any error of the disk poisons the log: every append then fails with Errc::unavailable until the
// process restarts and the log verifies again. A failed fsync is never retried.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/record.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/log.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace salus::audit {

// Where a record stands, once it is durable.
struct Position {
    std::uint64_t index;
    crypto::Sha256Digest leaf_hash;  // RFC 6962: SHA-256(0x00 || leaf)
};

enum class State {
    open,      // appends work
    closed,    // it has not been signed for too long: nothing but outcomes of intents is recorded
    poisoned,  // an I/O error: nothing is recorded, so nothing may be released
};

// What `salus check` shows.
struct Status {
    State state = State::open;
    std::uint64_t size = 0;             // leaves
    crypto::Sha256Digest root{};        // RFC 6962 tree head over them
    std::uint64_t recovered_bytes = 0;  // of a torn tail that was cut at this start
    std::uint64_t batches = 0;          // since start
    std::uint64_t records = 0;          // since start
    std::uint64_t segments = 0;         // number of the last file with leaves
    std::uint64_t open_intents = 0;     // intents without outcome
    bool spare_ready = false;           // the next segment exists; false for long: the disk is full
    bool unsigned_for_long = false;     // checkpoints fail: the operator is to be told
};

// An intent whose outcome the log does not hold: the process ended in between.
struct OpenIntent {
    std::uint64_t index = 0;
    std::string leaf;  // canonical JSON; "what" has the resources and the stored hashes
};

struct Options {
    std::filesystem::path directory;  // of this log alone; made if it is absent
    std::string origin;  // C2SP checkpoint origin, e.g. "salus/INSTANCE/TENANT/2026": printable
                         // ASCII without quotes and backslashes, at most 254 bytes
    std::size_t segment_bytes = 0;  // 0: limits::kAuditSegmentBytes; tests use small ones
    // The instance knows that it has a log: an empty directory is then Errc::corrupt, not a start.
    bool must_exist = false;
};

class Log {
public:
    struct Opened {
        std::unique_ptr<Log> log;
        std::vector<OpenIntent> open_intents;  // in order; each is to be concluded with an outcome
        WallTime newest{};  // of the last leaf that was there; its epoch: there was none
    };
    // Opens or creates the log; cuts a torn tail, refuses a corrupt one (Errc::corrupt), and
    // refuses a directory that another process uses (Errc::conflict). Verifies the last segment
    // and the links of all others, so the time does not grow with the log; verify_log() does all.
    // `clock` and `operational_log` outlive the log.
    static Result<Opened> open(Options const& options, Clock const& clock,
                               salus::Log const& operational_log);
    // Writes what is queued, then stops.
    virtual ~Log() = default;

    // Durable when the task ends; resumes on `home`. The records become one leaf each, in order,
    // in one batch and so all or none. Any thread. Errors:
    //   Errc::unavailable  the log is poisoned, its queue is full, or too many intents are open
    //   Errc::too_large    the records together do not fit into a segment
    // REQUIRES: the task is awaited to its end; `home` outlives it.
    virtual Task<Result<std::vector<Position>>> append(std::vector<Record> records,
                                                       Executor& home) = 0;
    [[nodiscard]] virtual Status status() const = 0;
};

}  // namespace salus::audit
