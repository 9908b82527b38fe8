// What a mirror does for a log (AUD-4). It keeps the log's entries in another account and cosigns
// the checkpoints of exactly those entries; it takes nothing that does not continue what it has. In
// strict mode it keeps entries before they are signed, as soon as they are durable with the log.
// docs/formats/checkpoint.md, "Mirror".
#pragma once

#include <string>

#include "transparency/signer.h"

namespace salus::mirror {

inline constexpr std::size_t kEntriesBytesMost = std::size_t{2} * 1024 * 1024;  // of one request

struct Entries {
    std::string origin;
    std::uint64_t start = 0;  // index of the first
    std::string bundle;       // each after its length in two bytes, as in tiles; may be empty
};
// Entries with the root of the log up to their end.
struct RootedEntries {
    Entries entries;
    crypto::Sha256Digest root{};
};
struct EntriesAnswer {
    bool taken = false;
    std::uint64_t size = 0;  // leaves that it has now of this log; not taken: where to go on
};

struct CheckpointAnswer {
    std::string cosignature;  // a line; empty: refused
    transparency::Refusal refusal;
};

class Mirror {
public:
    virtual ~Mirror() = default;
    // Lays entries up for the checkpoint that follows; nothing is promised before that.
    // Errors: Errc::invalid, the request is none; Errc::not_found, the log is not known there;
    // Errc::too_large, too much waits for a checkpoint; Errc::unavailable, nobody answers or its
    // disk fails. One thread at a time.
    [[nodiscard]] virtual Result<EntriesAnswer> add_entries(Entries const& entries) = 0;
    // Keeps entries for good, signed or not: when it says that it took them, they are durable there
    // with all before them, and have that root. No entries: whether what it has is this log. Also
    // Errc::corrupt: it has another log.
    [[nodiscard]] virtual Result<EntriesAnswer> keep_entries(RootedEntries const& rooted) = 0;
    // C2SP tlog-witness, add-checkpoint. When it gives the cosignature, checkpoint and entries are
    // durable. Also Errc::forbidden, not signed by the log's key; Errc::precondition_failed, the
    // entries up to there have not come.
    [[nodiscard]] virtual Result<CheckpointAnswer> add_checkpoint(
        transparency::Continuation const& request) = 0;
};

}  // namespace salus::mirror
