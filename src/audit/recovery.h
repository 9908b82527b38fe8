// What a start does before anything is appended (docs/formats/audit-log.md, "Recovery"): finds the
// end of the log, tells a torn tail from corruption, cuts the one and refuses the other.
#pragma once

#include <vector>

#include "audit/batch.h"
#include "audit/log.h"
#include "audit/segment.h"
#include "audit/volume.h"

namespace salus::audit {

enum class TailKind {
    clean,    // nothing but zeros
    torn,     // one batch that was not acknowledged, because not all of it reached the disk
    corrupt,  // anything else: something that was acknowledged may be damaged
};

// Judges what stands where the batch with leaf `next_index` should begin. REQUIRES: no valid batch
// that continues the log begins there.
[[nodiscard]] TailKind judge_tail(BytesView segment, Place place, std::uint64_t next_index);

// Whether a valid commit frame stands anywhere at or after the offset.
[[nodiscard]] bool has_commit(BytesView segment, Place from);

// Where the log ends.
struct LogEnd {
    Chain chain;
    std::uint64_t files = 0;          // number of the last file, spare ones too
    std::uint64_t number = 0;         // of the last segment with leaves; 0: the log is empty
    std::uint64_t offset = 0;         // in it, where the next batch goes
    std::uint64_t commit_offset = 0;  // of its last commit frame
    std::uint64_t segment_bytes = 0;
    crypto::Sha256Digest header_hash{};  // of its header
    std::uint64_t cut_bytes = 0;
    std::vector<OpenIntent> open_intents;
};

// REQUIRES: the directory exists and is locked. Errc::corrupt when the log is not whole.
[[nodiscard]] Result<LogEnd> recover(Options const& options, Volume& volume);

}  // namespace salus::audit
