// Batches: what one group commit wrote, from a begin frame to a commit frame, and the check of a
// batch against everything before it (docs/formats/audit-log.md, "Batch"). Shared by recovery and
// verifier, so that there is one opinion of what a valid log is. Belongs to one thread.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/frame.h"
#include "audit/merkle.h"
#include "foundation/literal.h"

namespace salus::audit {

// The first thing that is wrong.
struct Flaw {
    Literal why;
    std::uint64_t offset = 0;  // in the segment
    std::uint64_t index = 0;   // of the leaf, or of the first leaf that cannot be told
};

struct BeginPayload {
    static constexpr std::size_t kBytes = 24;
    std::uint64_t batch_bytes = 0;  // from the begin frame's first byte to the commit frame's last
    std::uint64_t first_index = 0;
    std::uint64_t leaves = 0;

    [[nodiscard]] Bytes encode() const;
    static std::optional<BeginPayload> decode(BytesView bytes);
};

struct CommitPayload {
    static constexpr std::size_t kBytes = 120;
    std::uint64_t first_index = 0;
    std::uint64_t tree_size = 0;
    std::uint64_t batch_offset = 0;  // of the begin frame
    // 32 zero bytes follow: the place of the forward-secure MAC.
    crypto::Sha256Digest root{};
    crypto::Sha256Digest head{};  // leaf hash of the last leaf; last, because it is never zero

    [[nodiscard]] Bytes encode() const;
    static std::optional<CommitPayload> decode(BytesView bytes);
};

// Where the leaves of intents without outcome stand.
using OpenIntents = std::map<std::uint64_t, Place>;
[[nodiscard]] Bytes encode(OpenIntents const& intents);
[[nodiscard]] std::optional<OpenIntents> decode_open_intents(BytesView bytes);

// Borrows the segment.
struct ReadLeaf {
    std::uint64_t index = 0;
    std::string_view text;
    std::optional<BytesView> detail;
    Place place;
    crypto::Sha256Digest hash{};  // of the leaf; accept() fills it in
};

struct Batch {
    BeginPayload begin;
    std::optional<OpenIntents> open_intents;
    std::vector<ReadLeaf> leaves;
    CommitPayload commit;
    Place place;
    std::uint64_t commit_offset = 0;
    std::uint64_t end = 0;  // where the next batch may begin
};

inline constexpr std::size_t kBeginFrameBytes = frame_bytes(BeginPayload::kBytes);
inline constexpr std::size_t kCommitFrameBytes = frame_bytes(CommitPayload::kBytes);

// The batch at this place: every frame whole, in order, zeros up to the next sector. Says nothing
// about hashes. `bytes` are of the segment, from its offset `begin` on.
[[nodiscard]] std::expected<Batch, Flaw> read_batch(BytesView bytes, Place place,
                                                    std::uint64_t begin = 0);
// What the batch that `bytes` begins with says of itself; nothing if none begins there.
[[nodiscard]] std::optional<BeginPayload> read_begin(BytesView bytes, Place place);

// The log up to a point.
struct Chain {
    std::string origin;
    CompactRange range;
    crypto::Sha256Digest head{};  // leaf hash of the last leaf; zeros before the first
    std::int64_t time = 0;        // t of the last leaf
    // Absent: the next batch, the first of its segment, tells.
    std::optional<OpenIntents> open_intents = OpenIntents{};
};

// Adds the batch to the chain: index, previous hash, time, detail hash of each leaf, then root and
// head. After a flaw the chain is not to be used. REQUIRES: the batch is from read_batch.
[[nodiscard]] std::expected<void, Flaw> accept(Chain& chain, Batch& batch);

}  // namespace salus::audit
