// The log above all logs of an instance: its leaves take their checkpoints, so that one checkpoint
// of it, signed and cosigned like any other, fixes every log (AUD-3, AUD-4;
// docs/decisions/0034-parent-log.md).
//
// A round compares each log with what was stated of it, states what is new, and publishes. A log
// that is shorter than was stated, or has another tree, is a finding about this log: it is closed
// until the next start. One that nobody serves and that is gone is a finding too, which degrades
// all, since people must look. A finding about the parent itself closes all.
//
// What is stated of a log is durable there and published, and comes after it: after a crash
// anywhere a log is as long as was stated, or longer.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transparency/parent_state.h"
#include "transparency/signed_log.h"
#include "transparency/stated_heads.h"

namespace salus::transparency {

struct ParentFinding {
    Literal why;
    std::string origin;       // of the log that is not what was stated
    std::uint64_t size = 0;   // as was stated
    std::uint64_t found = 0;  // leaves that it has
    std::uint64_t leaf = 0;   // of the parent log, that states it
};

class ParentLog {
public:
    struct Options {
        std::filesystem::path directory;     // of the parent, beside those of the logs below
        std::string origin;                  // ends with audit::kParentLogName
        Patience patience;                   // with rounds that fail
        std::chrono::seconds cadence{10};    // between statements, if nobody asks for one
        std::chrono::seconds heartbeat{60};  // without anything new, so that silence is a signal
        // Leaves from one full statement to the next, about: a start reads back that far.
        std::uint64_t full_every = 512;
        std::size_t heads_in_leaf = audit::kLogHeadsInLeaf;
    };
    // Owns the log. `signer` and `clock` outlive the last round; nothing of the signer is needed
    // for the state.
    ParentLog(Options options, std::unique_ptr<audit::Log> log, CheckpointSigner& signer,
              NoteVerifier verifier, Clock const& clock);
    ~ParentLog();
    ParentLog(ParentLog const&) = delete;
    ParentLog& operator=(ParentLog const&) = delete;

    // A log below, with what publishes it. The state lives as long as this. REQUIRES: before the
    // first round.
    [[nodiscard]] ParentState const* add(std::string origin, std::filesystem::path directory,
                                         audit::Log const& log,
                                         std::shared_ptr<Publisher const> publisher);

    // One round, after one of the publishers. The first one, and one that is asked for, states what
    // is new at once. One thread at a time; blocks for the disk and the signer. What is wrong with
    // a log below is no error of the round.
    [[nodiscard]] Result<void> round(bool at_once);
    // What was found since this was last asked. The thread of the rounds.
    [[nodiscard]] std::vector<ParentFinding> take_findings();

    // The log itself, whose state counts for all below. Any thread.
    [[nodiscard]] SignedLog& log() noexcept { return signed_log_; }
    [[nodiscard]] std::shared_ptr<Publisher> const& publisher() const noexcept {
        return publisher_;
    }

private:
    struct Below;  // a log

    [[nodiscard]] Result<void> work(bool at_once);
    [[nodiscard]] Result<void> read_stated();
    // Nothing: it is not among those that were added.
    [[nodiscard]] Below* served(std::string_view origin) const;
    void look_at_unserved();
    [[nodiscard]] Result<void> compare(Below& below);
    [[nodiscard]] Result<void> state(bool at_once);
    // Everything that is known, or what changed.
    [[nodiscard]] std::vector<audit::LogHead> heads_to_state(bool full) const;
    [[nodiscard]] Result<void> append(std::vector<audit::LogHead> const& heads, bool full);
    [[nodiscard]] Result<std::vector<audit::Position>> record(std::vector<audit::Record> records);
    void find(Below& below, ParentFinding finding);
    void note_stated();
    void conclude(Result<void> const& result);
    [[nodiscard]] ParentStatus status_for(Below const& below) const;

    Options const options_;
    std::unique_ptr<audit::Log> const log_;
    SignedLog signed_log_;
    std::shared_ptr<Publisher> const publisher_;
    Clock const& clock_;
    std::vector<std::unique_ptr<Below>> below_;  // fixed once rounds begin

    // The thread of the rounds'.
    std::optional<StatedHeads> stated_;
    std::optional<MonotonicTime> last_statement_;  // or heartbeat, by this process
    bool states_all_ = false;                      // this process has made a full statement
    std::vector<ParentFinding> findings_;          // that nobody was told of
    std::optional<Error> refused_;

    mutable Mutex mutex_;
    ParentStatus common_ SALUS_GUARDED_BY(mutex_);  // of all below
    Literal lost_why_ SALUS_GUARDED_BY(mutex_);     // of common_.lost
    std::optional<MonotonicTime> failing_since_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::transparency
