#include "transparency/publisher.h"

#include <algorithm>

#include "audit/access.h"
#include "audit/pruned_prefix.h"
#include "foundation/file.h"

namespace salus::transparency {

std::filesystem::path checkpoint_file(std::filesystem::path const& directory) {
    return directory / "checkpoint";
}

std::filesystem::path cosigned_file(std::filesystem::path const& directory) {
    return directory / "cosigned";
}

Publisher::Publisher(std::filesystem::path directory, audit::Log const& log,
                     CheckpointSigner& signer, NoteVerifier verifier, Clock const& clock,
                     Patience patience)
    : directory_(std::move(directory)),
      log_(log),
      signer_(signer),
      verifier_(std::move(verifier)),
      clock_(clock),
      patience_(patience),
      writer_(directory_) {}

Result<void> Publisher::publish() {
    // A finding stays: another round would only read everything again.
    if (finding_) return std::unexpected(*finding_);
    auto result = round();
    if (!result && result.error().code == Errc::corrupt) finding_ = result.error();
    conclude(result);
    return result;
}

Result<void> Publisher::round() {
    SALUS_TRY_VOID(read_checkpoint());
    auto const now = log_.status();
    TreeHead const head{now.size, now.root};
    // The first round asks the signer in any case: a whole directory that went back to an older
    // state agrees with its own checkpoint.
    bool const has_asked = signed_at_ != WallTime{};
    if (head == signed_ && (has_asked || head.size == 0)) return {};
    if (head != signed_ && head.size <= signed_.size) {
        return fail(Errc::corrupt, "the log is not the one that the checkpoint is of");
    }
    if (auto const made = make_tiles(head); !made) {
        // Half-read, half-written: the next round begins at the last checkpoint.
        builder_.reset();
        follower_.reset();
        writer_.abandon();
        return made;
    }
    {
        MutexLock const lock(mutex_);
        tiled_ = head;
    }
    SALUS_TRY(auto const note, ask(head));
    {
        MutexLock const lock(file_mutex_);
        SALUS_TRY_VOID(audit::write_log_file(checkpoint_file(directory_), bytes_of(note)));
        published_ = {head, note};
    }
    signed_ = head;
    signed_at_ = clock_.now();
    return {};
}

Result<void> Publisher::read_checkpoint() {
    if (checkpoint_read_) return {};
    auto const note = read_file(checkpoint_file(directory_), kNoteBytesMost);
    if (!note && note.error().code != Errc::not_found) return std::unexpected(note.error());
    if (note) {
        auto const checkpoint = open_checkpoint(text_of(*note), verifier_);
        if (!checkpoint) return fail(Errc::corrupt, "the checkpoint is not by the signer's key");
        signed_ = checkpoint->head;
    }
    checkpoint_read_ = true;
    return {};
}

// From the last checkpoint's tiles; where they are missing, from the first leaf that is left.
Result<void> Publisher::open_tree() {
    SALUS_TRY(auto const pruning, audit::read_pruning(directory_));
    TreeHead const pruned{pruning.prefix.first, pruning.prefix.root};
    auto const resume = [this](TreeHead const& at) {
        TileReader tiles(directory_, at.size);
        return TileBuilder::resume(tiles, writer_);
    };
    auto begin = std::ranges::max(signed_, pruned, {}, &TreeHead::size);
    auto at_checkpoint = resume(begin);
    bool const missing = !at_checkpoint && at_checkpoint.error().code == Errc::not_found;
    if (missing) begin = pruned;
    auto resumed = missing ? resume(pruned) : std::move(at_checkpoint);
    if (!resumed) return std::unexpected(resumed.error());
    if (begin.size > 0 && resumed->head() != begin) {
        return fail(Errc::corrupt, "the tiles are not those of the checkpoint");
    }
    builder_.emplace(*std::move(resumed));
    SALUS_TRY(follower_, audit::Follower::open(directory_, begin.size));
    return {};
}

Result<void> Publisher::make_tiles(TreeHead const& head) {
    if (!builder_) SALUS_TRY_VOID(open_tree());
    auto const append = [this](audit::LeafView const& leaf) -> Result<void> {
        SALUS_TRY_VOID(builder_->append(leaf.json, leaf.hash));
        if (builder_->size() == signed_.size && builder_->head() != signed_) {
            return fail(Errc::corrupt, "the log is not the one that the checkpoint is of");
        }
        return {};
    };
    SALUS_TRY_VOID(follower_->advance(head.size, append));
    if (builder_->head() != head) {
        return fail(Errc::corrupt, "the tiles are not those of the log");
    }
    SALUS_TRY_VOID(builder_->put_partial());
    return writer_.flush();
}

Result<std::string> Publisher::ask(TreeHead const& head) {
    Checkpoint const checkpoint{verifier_.name(), head};
    TileReader tiles(directory_, head.size);
    auto const ask_from = [&](std::uint64_t old_size) -> Result<SigningAnswer> {
        SALUS_TRY(auto proof, prove_consistency(tiles, old_size));
        return signer_.sign({old_size, std::move(proof), to_text(checkpoint)});
    };
    SALUS_TRY(auto answer, ask_from(signed_.size));
    auto const& refusal = answer.refusal;
    if (answer.note.empty() && refusal.why == Refusal::Why::older) {
        if (refusal.last_size > head.size) {
            return fail(Errc::corrupt, "the signer has signed a longer log than this");
        }
        // It signed, and this process ended before it knew.
        SALUS_TRY(answer, ask_from(refusal.last_size));
    }
    if (answer.note.empty()) {
        return fail(Errc::corrupt, "the signer refuses: this is not the log that it signed");
    }
    auto const opened = open_checkpoint(answer.note, verifier_);
    if (!opened || *opened != checkpoint) {
        return fail(Errc::unavailable, "the signer's answer is not signed by its key");
    }
    return std::move(answer.note);
}

std::optional<Publisher::Published> Publisher::published() const {
    MutexLock const lock(file_mutex_);
    return published_;
}

std::optional<TreeHead> Publisher::tiled() const {
    MutexLock const lock(mutex_);
    return tiled_;
}

Result<void> Publisher::add_cosignature(Published const& of, std::string_view line) {
    auto const note = of.note + std::string(line);
    MutexLock const lock(file_mutex_);
    SALUS_TRY_VOID(audit::write_log_file(cosigned_file(directory_), bytes_of(note)));
    if (!published_ || published_->head != of.head) return {};
    return audit::write_log_file(checkpoint_file(directory_), bytes_of(note));
}

void Publisher::conclude(Result<void> const& result) {
    MutexLock const lock(mutex_);
    if (result) {
        status_.head = signed_;
        status_.signed_at = signed_at_;
        status_.why = {};
        failing_since_.reset();
        return;
    }
    status_.why = result.error().why;
    if (!failing_since_) failing_since_ = clock_.monotonic();
    if (result.error().code == Errc::corrupt) is_refused_ = true;
}

SigningState Patience::state_after(std::chrono::nanoseconds failing) const {
    if (closed_after.count() > 0 && failing >= closed_after) return SigningState::closed;
    return failing >= degraded_after ? SigningState::degraded : SigningState::ok;
}

SigningStatus Publisher::status() const {
    MutexLock const lock(mutex_);
    auto status = status_;
    if (failing_since_) {
        status.state = patience_.state_after(clock_.monotonic() - *failing_since_);
    }
    if (is_refused_) status.state = SigningState::closed;
    return status;
}

}  // namespace salus::transparency
