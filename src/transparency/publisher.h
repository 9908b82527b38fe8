// Publishes one log: its tiles, then a signed checkpoint (docs/handbook/audit-signing.md). Works
// behind the log's writer, never in its way; reads only what is durable.
//
// State. A round that fails is tried again at the next; how long rounds have failed decides:
//   ok        the last round succeeded, or rounds fail for less than degraded_after
//   degraded  longer; the log goes on, the operator is told
//   closed    longer than closed_after, or at once when the signer refuses (the log does not
//             continue what was signed) or a tile is not what the log says: nothing is recorded, so
//             nothing is released. Such a finding stays until the process is started again.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "audit/follower.h"
#include "audit/log.h"
#include "foundation/thread_annotations.h"
#include "transparency/signer.h"
#include "transparency/tile_builder.h"
#include "transparency/tile_writer.h"

namespace salus::transparency {

enum class SigningState { ok, degraded, closed };  // from good to bad

struct Patience {
    std::chrono::seconds degraded_after{60};
    std::chrono::seconds closed_after{900};  // 0: never for the time alone

    // Of what has failed for so long.
    [[nodiscard]] SigningState state_after(std::chrono::nanoseconds failing) const;
};

struct SigningStatus {
    SigningState state = SigningState::ok;
    TreeHead head;       // of the last checkpoint
    WallTime signed_at;  // by this process; the epoch: not yet
    Literal why;         // the last round failed; empty if it did not
};

class Publisher {
public:
    // `verifier` is of the signer's key, named as the log's origin. All references outlive this.
    Publisher(std::filesystem::path directory, audit::Log const& log, CheckpointSigner& signer,
              NoteVerifier verifier, Clock const& clock, Patience patience);

    // One round: what is durable now becomes tiles and a checkpoint. One thread at a time; blocks
    // for the disk and the signer.
    [[nodiscard]] Result<void> publish();
    // Any thread.
    [[nodiscard]] SigningStatus status() const;
    // The last checkpoint, whose tiles are durable; nothing before the first one. Any thread.
    struct Published {
        TreeHead head;
        std::string note;  // with the signer's line alone
    };
    [[nodiscard]] std::optional<Published> published() const;
    // The tree whose tiles are durable, signed or not; nothing before the first round that made
    // them. Any thread.
    [[nodiscard]] std::optional<TreeHead> tiled() const;
    // Publishes what somebody cosigned: as `cosigned`, and as `checkpoint` while there is no later
    // one. REQUIRES: `line` cosigns the note. Any thread; waits for the disk.
    [[nodiscard]] Result<void> add_cosignature(Published const& of, std::string_view line);

private:
    [[nodiscard]] Result<void> round();
    [[nodiscard]] Result<void> read_checkpoint();
    [[nodiscard]] Result<void> open_tree();
    [[nodiscard]] Result<void> make_tiles(TreeHead const& head);
    [[nodiscard]] Result<std::string> ask(TreeHead const& head);
    void conclude(Result<void> const& result);

    std::filesystem::path const directory_;
    audit::Log const& log_;
    CheckpointSigner& signer_;
    NoteVerifier const verifier_;
    Clock const& clock_;
    Patience const patience_;

    // The publishing thread's.
    bool checkpoint_read_ = false;
    std::optional<Error> finding_;  // the log is closed until the next start
    TreeHead signed_;
    WallTime signed_at_;
    TileWriter writer_;
    std::optional<TileBuilder> builder_;
    std::optional<audit::Follower> follower_;

    // Whoever holds it may write `checkpoint`; taken before mutex_.
    mutable Mutex file_mutex_;
    std::optional<Published> published_ SALUS_GUARDED_BY(file_mutex_);

    mutable Mutex mutex_;
    SigningStatus status_ SALUS_GUARDED_BY(mutex_);
    std::optional<TreeHead> tiled_ SALUS_GUARDED_BY(mutex_);
    std::optional<MonotonicTime> failing_since_ SALUS_GUARDED_BY(mutex_);
    bool is_refused_ SALUS_GUARDED_BY(mutex_) = false;
};

[[nodiscard]] std::filesystem::path checkpoint_file(std::filesystem::path const& directory);
// The last checkpoint that is cosigned.
[[nodiscard]] std::filesystem::path cosigned_file(std::filesystem::path const& directory);

}  // namespace salus::transparency
