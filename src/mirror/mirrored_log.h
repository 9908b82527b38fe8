// One log as a mirror has it, in a directory of its own:
//
//   log          the key of the log's signer, as of signed notes
//   checkpoint   what was cosigned last, with the log's signature and this mirror's; of a log that
//                is new, the empty tree with this mirror's line alone. This is the memory: without
//                it, or with one that this mirror did not cosign, nothing is taken.
//   tile/        the entries and hashes up to there
//   kept         in strict mode, the entries behind them (kept_entries.h): promised, so every later
//                checkpoint must continue them too
//
// Entries become durable, then the checkpoint, then the cosignature leaves. Belongs to one thread.
#pragma once

#include <filesystem>
#include <optional>

#include "mirror/alarm.h"
#include "mirror/kept_entries.h"
#include "mirror/mirror.h"
#include "mirror/waiting_entries.h"
#include "transparency/cosignature.h"
#include "transparency/tile_builder.h"
#include "transparency/tile_writer.h"

namespace salus::mirror {

struct CosigningKey {
    crypto::SigningKey key;
    transparency::CosignatureVerifier verifier;  // of its public half
};

class MirroredLog {
public:
    // A new log, empty, durable under its name or absent. Errc::conflict: it is there.
    static Result<void> create(std::filesystem::path const& directory,
                               transparency::NoteVerifier const& log, CosigningKey const& key,
                               Clock const& clock);
    // Errc::corrupt: the checkpoint is missing, is not cosigned by this key, or the tiles are not
    // its tiles. What is borrowed outlives this.
    static Result<MirroredLog> open(std::filesystem::path directory, CosigningKey const& key,
                                    Clock const& clock, Alarms& alarms);

    // As Mirror says; `connection` tells apart who brings entries.
    [[nodiscard]] Result<EntriesAnswer> add_entries(std::string const& connection,
                                                    Entries const& entries);
    [[nodiscard]] Result<EntriesAnswer> keep_entries(RootedEntries const& rooted);
    [[nodiscard]] Result<CheckpointAnswer> add_checkpoint(
        std::string const& connection, transparency::Continuation const& request);
    // Raises the alarm when nothing was cosigned for so long. Called every second or so.
    void watch(std::chrono::seconds silence);

    [[nodiscard]] LogOrigin origin() const { return LogOrigin(log_.name()); }
    [[nodiscard]] transparency::TreeHead const& head() const noexcept { return head_; }

private:
    MirroredLog(std::filesystem::path directory, transparency::NoteVerifier log,
                CosigningKey const& key, Clock const& clock, Alarms& alarms);
    [[nodiscard]] Result<void> read_memory();
    [[nodiscard]] std::uint64_t size_with_waiting() const;
    [[nodiscard]] Result<void> begin_waiting(std::string const& connection);
    [[nodiscard]] Result<audit::CompactRange> tree_here(std::string const& connection,
                                                        transparency::TreeHead const& head);
    [[nodiscard]] Result<std::optional<audit::CompactRange>> take(
        std::string const& connection, transparency::TreeHead const& head);
    [[nodiscard]] Result<void> write_tiles(transparency::TreeHead const& head);
    void watch_promise(std::chrono::seconds silence);
    [[nodiscard]] Result<void> remember(audit::CompactRange const& tree, std::string const& note);
    [[nodiscard]] CheckpointAnswer refuse(AlarmKind kind, std::uint64_t given, Literal why,
                                          transparency::Refusal refusal);
    void raise(AlarmKind kind, std::uint64_t given, Literal why);
    void settle();

    std::filesystem::path directory_;
    transparency::NoteVerifier log_;
    CosigningKey const* key_;
    Clock const* clock_;
    Alarms* alarms_;

    transparency::TreeHead head_;  // of the checkpoint
    std::optional<KeptEntries> kept_;
    std::optional<WaitingEntries> waiting_;  // behind those that are kept
    std::unique_ptr<transparency::TileWriter> writer_;
    std::optional<transparency::TileBuilder> builder_;  // at head_, when there is one

    MonotonicTime cosigned_at_;
    std::uint64_t signed_size_ = 0;    // the largest that came with the log's signature
    std::uint64_t promised_size_ = 0;  // that is to be signed; not above head_.size: none is
    MonotonicTime promised_at_;
    std::optional<AlarmKind> raised_;  // the last alarm, until it is over
};

[[nodiscard]] std::filesystem::path log_key_file(std::filesystem::path const& directory);

}  // namespace salus::mirror
