#include "mirror/mirrored_log.h"

#include <algorithm>

#include "foundation/file.h"
#include "transparency/publisher.h"

namespace salus::mirror {

using transparency::Checkpoint;
using transparency::NoteVerifier;
using transparency::Refusal;
using transparency::TileReader;
using transparency::TreeHead;

std::filesystem::path log_key_file(std::filesystem::path const& directory) {
    return directory / "log";
}

MirroredLog::MirroredLog(std::filesystem::path directory, NoteVerifier log, CosigningKey const& key,
                         Clock const& clock, Alarms& alarms)
    : directory_(std::move(directory)),
      log_(std::move(log)),
      key_(&key),
      clock_(&clock),
      alarms_(&alarms),
      writer_(std::make_unique<transparency::TileWriter>(directory_)),
      cosigned_at_(clock.monotonic()),
      promised_at_(clock.monotonic()) {}

Result<void> MirroredLog::create(std::filesystem::path const& directory, NoteVerifier const& log,
                                 CosigningKey const& key, Clock const& clock) {
    if (std::filesystem::exists(directory)) return fail(Errc::conflict, "the log is known here");
    auto making = directory;
    making += ".new";
    std::error_code error;
    std::filesystem::remove_all(making, error);  // of an attempt that did not come to its end
    SALUS_TRY_VOID(make_private_directory(making));
    SALUS_TRY_VOID(write_file_durably(log_key_file(making), bytes_of(log.text() + "\n"),
                                      FileAccess::private_to_owner));
    auto const text = to_text(Checkpoint{log.name(), {}});
    auto const note = text + "\n" + transparency::cosign(text, key.key, key.verifier, clock.now());
    SALUS_TRY_VOID(write_file_durably(transparency::checkpoint_file(making), bytes_of(note),
                                      FileAccess::private_to_owner));
    std::filesystem::rename(making, directory, error);
    if (error) return fail(Errc::internal, "the log's directory cannot be made");
    return sync_directory(directory.parent_path());
}

Result<MirroredLog> MirroredLog::open(std::filesystem::path directory, CosigningKey const& key,
                                      Clock const& clock, Alarms& alarms) {
    auto const key_text = read_file(log_key_file(directory), transparency::kNoteBytesMost);
    if (!key_text) return fail(Errc::corrupt, "the key of a log is missing");
    auto text = text_of(*key_text);
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto verifier = NoteVerifier::parse(text);
    if (!verifier) return fail(Errc::corrupt, "the key of a log is none");
    MirroredLog log(std::move(directory), *std::move(verifier), key, clock, alarms);
    SALUS_TRY_VOID(log.read_memory());
    return log;
}

Result<void> MirroredLog::read_memory() {
    auto const wrong = [](Literal why) { return fail(Errc::corrupt, why); };
    auto const note =
        read_file(transparency::checkpoint_file(directory_), transparency::kNoteBytesMost);
    if (!note) return wrong("what was cosigned last cannot be read");
    auto const cosigned = key_->verifier.open(text_of(*note));
    if (!cosigned) return wrong("what was cosigned last is not cosigned by this mirror");
    auto const checkpoint = transparency::checkpoint_from(cosigned->text);
    if (!checkpoint || checkpoint->origin != log_.name()) {
        return wrong("what was cosigned last is of another log");
    }
    head_ = checkpoint->head;
    if (head_.size > 0 && !log_.open(text_of(*note))) {
        return wrong("what was cosigned last is not signed by the log");
    }
    auto const root = TileReader(directory_, head_.size).root();
    if (!root || *root != head_.root) return wrong("the tiles are not what was cosigned last");
    SALUS_TRY(kept_, KeptEntries::open(directory_, head_.size));
    promised_size_ = kept_->tree().size();
    if (kept_->cut_bytes() > 0) {
        raise(AlarmKind::damage, 0, "entries were cut that nobody was promised");
    }
    return {};
}

std::uint64_t MirroredLog::size_with_waiting() const {
    return (waiting_ ? waiting_->tree() : kept_->tree()).size();
}

Result<void> MirroredLog::begin_waiting(std::string const& connection) {
    SALUS_TRY(auto waiting, WaitingEntries::open(directory_, kept_->tree(), connection));
    waiting_.emplace(std::move(waiting));
    return {};
}

Result<EntriesAnswer> MirroredLog::add_entries(std::string const& connection,
                                               Entries const& entries) {
    if (waiting_ && waiting_->connection() != connection) waiting_.reset();
    if (entries.start != size_with_waiting()) return EntriesAnswer{false, size_with_waiting()};
    if (entries.bundle.empty()) return EntriesAnswer{true, size_with_waiting()};
    if (!waiting_) SALUS_TRY_VOID(begin_waiting(connection));
    if (auto const added = waiting_->add(entries.bundle); !added) {
        waiting_.reset();
        return std::unexpected(added.error());
    }
    return EntriesAnswer{true, size_with_waiting()};
}

Result<EntriesAnswer> MirroredLog::keep_entries(RootedEntries const& rooted) {
    auto const& entries = rooted.entries;
    auto const size = kept_->tree().size();
    if (entries.start != size) return EntriesAnswer{false, size};
    waiting_.reset();  // behind what is kept now nobody waits
    auto const kept = kept_->add(entries.bundle, rooted.root);
    if (!kept) {
        if (kept.error().code != Errc::invalid) {
            raise(AlarmKind::damage, entries.start, kept.error().why);
        }
        return std::unexpected(kept.error());
    }
    if (!*kept) {
        raise(AlarmKind::fork, entries.start, "entries do not continue what is here");
        return fail(Errc::corrupt, "the entries do not have the root that they are given");
    }
    if (promised_size_ <= head_.size) {
        promised_size_ = kept_->tree().size();
        promised_at_ = clock_->monotonic();
    }
    return EntriesAnswer{true, kept_->tree().size()};
}

Result<CheckpointAnswer> MirroredLog::add_checkpoint(std::string const& connection,
                                                     transparency::Continuation const& request) {
    SALUS_TRY(auto const checkpoint, transparency::open_checkpoint(request.checkpoint, log_));
    auto const& head = checkpoint.head;
    if (request.old_size > head.size) return fail(Errc::invalid, "the proof is of a longer tree");
    signed_size_ = std::max(signed_size_, head.size);
    if (head.size < head_.size) {
        return refuse(AlarmKind::rollback, head.size, "a checkpoint is older than what is here",
                      {Refusal::Why::older, head_.size});
    }
    if (request.old_size != head_.size) {
        return CheckpointAnswer{{}, {Refusal::Why::older, head_.size}};
    }
    Refusal const inconsistent{Refusal::Why::inconsistent, head_.size};
    if (!transparency::proves_consistency(head_, head, request.proof)) {
        return refuse(AlarmKind::fork, head.size, "a checkpoint does not continue what is here",
                      inconsistent);
    }
    auto const line =
        transparency::cosign(to_text(checkpoint), key_->key, key_->verifier, clock_->now());
    if (head != head_) {
        SALUS_TRY(auto const tree, take(connection, head));
        if (!tree) {
            return refuse(AlarmKind::fork, head.size, "the entries are not those of the checkpoint",
                          inconsistent);
        }
        SALUS_TRY_VOID(remember(*tree, log_.signed_alone(request.checkpoint) + line));
    }
    settle();
    return CheckpointAnswer{line, {}};
}

// Of the entries that are here, as far as the checkpoint goes. Errc::precondition_failed: they have
// not come.
Result<audit::CompactRange> MirroredLog::tree_here(std::string const& connection,
                                                   TreeHead const& head) {
    if (head.size > kept_->tree().size()) {
        bool const has_come = waiting_ && waiting_->connection() == connection &&
                              waiting_->tree().size() == head.size;
        if (has_come) return waiting_->tree();
        return fail(Errc::precondition_failed, "the entries of the checkpoint have not come");
    }
    SALUS_TRY(auto tree, TileReader(directory_, head_.size).compact());
    auto const append = [&tree](std::string_view, crypto::Sha256Digest const& hash) {
        tree.append(hash);
        return Result<void>();
    };
    SALUS_TRY_VOID(kept_->read(head_.size, head.size, append));
    return tree;
}

// The tree, if the entries that are here have this head; durable then.
Result<std::optional<audit::CompactRange>> MirroredLog::take(std::string const& connection,
                                                             TreeHead const& head) {
    SALUS_TRY(auto const tree, tree_here(connection, head));
    if (tree.root() != head.root) {
        waiting_.reset();
        return std::nullopt;
    }
    if (auto const written = write_tiles(head); !written) {
        builder_.reset();
        writer_->abandon();
        // What an earlier attempt wrote was of a signed tree too: these are two of one log.
        if (written.error().code == Errc::corrupt) return std::nullopt;
        raise(AlarmKind::damage, head.size, written.error().why);
        return fail(Errc::unavailable, "the mirror cannot write");
    }
    return tree;
}

Result<void> MirroredLog::write_tiles(TreeHead const& head) {
    if (!builder_) {
        TileReader tiles(directory_, head_.size);
        auto resumed = transparency::TileBuilder::resume(tiles, *writer_);
        if (!resumed) return fail(Errc::internal, "what is here cannot be read");
        builder_.emplace(*std::move(resumed));
    }
    auto const append = [this](std::string_view entry, crypto::Sha256Digest const& hash) {
        return builder_->append(entry, hash);
    };
    auto const kept = kept_->tree().size();
    SALUS_TRY_VOID(kept_->read(head_.size, std::min(kept, head.size), append));
    if (head.size > kept) SALUS_TRY_VOID(waiting_->read(append));
    if (builder_->head() != head) return fail(Errc::internal, "what is here cannot be read");
    SALUS_TRY_VOID(builder_->put_partial());
    return writer_->flush();
}

Result<void> MirroredLog::remember(audit::CompactRange const& tree, std::string const& note) {
    TreeHead const head{tree.size(), tree.root()};
    auto const written = write_file_durably(transparency::checkpoint_file(directory_),
                                            bytes_of(note), FileAccess::private_to_owner);
    if (!written) {
        builder_.reset();
        raise(AlarmKind::damage, head.size, written.error().why);
        return fail(Errc::unavailable, "the mirror cannot write");
    }
    bool const was_waited_for = head.size > kept_->tree().size();
    head_ = head;
    if (was_waited_for) waiting_.reset();
    if (promised_size_ <= head_.size) {
        promised_size_ = kept_->tree().size();
        promised_at_ = clock_->monotonic();
    }
    kept_->drop_before(tree);
    return {};
}

CheckpointAnswer MirroredLog::refuse(AlarmKind kind, std::uint64_t given, Literal why,
                                     Refusal refusal) {
    raise(kind, given, why);
    return {{}, refusal};
}

// Once until it is over, however often it is asked for.
void MirroredLog::raise(AlarmKind kind, std::uint64_t given, Literal why) {
    if (raised_ == kind) return;
    raised_ = kind;
    alarms_->raise({kind, origin(), head_.size, given, why});
}

void MirroredLog::settle() {
    cosigned_at_ = clock_->monotonic();
    // An older tree that is signed again and again does not fill the gap behind it.
    bool const is_gap = raised_ == AlarmKind::gap && promised_size_ > head_.size;
    if (!raised_ || is_gap) return;
    raised_.reset();
    alarms_->raise({AlarmKind::over, origin(), head_.size, 0, "checkpoints are taken again"});
}

void MirroredLog::watch(std::chrono::seconds silence) {
    bool const is_told = raised_ && *raised_ != AlarmKind::silence;
    if (is_told) return;
    if (clock_->monotonic() - cosigned_at_ <= silence) return watch_promise(silence);
    if (signed_size_ > head_.size) {
        raise(AlarmKind::gap, signed_size_, "signed entries have not come");
    } else {
        raise(AlarmKind::silence, 0, "no checkpoint has come");
    }
}

// What was kept is signed within as long, or somebody keeps the signer from it.
void MirroredLog::watch_promise(std::chrono::seconds silence) {
    if (promised_size_ <= head_.size || clock_->monotonic() - promised_at_ <= silence) return;
    raise(AlarmKind::gap, promised_size_, "entries that are kept are not signed");
}

}  // namespace salus::mirror
