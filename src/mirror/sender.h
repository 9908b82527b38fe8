// Sends one log to its mirror: what was published last, entries first, at least once, from where
// the mirror says that it is. What is cosigned is published beside the checkpoint.
//
// State, by the time since the last cosignature, or since this object was made:
//   ok        less than Patience::late_after
//   degraded  longer, where the operator lets the log go on
//   closed    longer, where he does not; or at once, when the mirror has another log than this: it
//             is longer there or contradicts this one. Such a finding stays until the next start.
#pragma once

#include <chrono>
#include <filesystem>

#include "foundation/thread_annotations.h"
#include "mirror/mirror.h"
#include "mirror/replication.h"
#include "transparency/cosignature.h"
#include "transparency/cosigning.h"

namespace salus::mirror {

struct Patience {
    std::chrono::seconds alarm_after{60};  // the operator is told
    std::chrono::seconds late_after{900};
    bool closes_when_late = false;
};

class Sender final : public transparency::Cosigning {
public:
    // `directory` is the log's, `key` the mirror's. References outlive this. In strict mode the
    // log's replication has sent the entries already.
    Sender(std::filesystem::path directory, std::string origin, transparency::Publisher& publisher,
           transparency::CosignatureVerifier key, Clock const& clock, Patience patience,
           std::shared_ptr<Replication> replication = nullptr);

    // One round; nothing to do before the first checkpoint. One thread at a time; blocks for disk
    // and mirror.
    [[nodiscard]] Result<void> send(Mirror& mirror);
    [[nodiscard]] transparency::CosigningStatus status() const override;
    // Whether no cosignature came for Patience::alarm_after. Any thread.
    [[nodiscard]] bool is_alarming() const;

private:
    using Published = transparency::Publisher::Published;
    [[nodiscard]] Result<void> round(Mirror& mirror, Published const& published);
    [[nodiscard]] Result<void> send_entries(Mirror& mirror, Published const& published);
    [[nodiscard]] Result<CheckpointAnswer> ask(Mirror& mirror, Published const& published);
    void conclude(Result<void> const& result, std::uint64_t size);
    [[nodiscard]] std::chrono::nanoseconds age() const SALUS_REQUIRES(mutex_);

    std::filesystem::path const directory_;
    std::string const origin_;
    transparency::Publisher& publisher_;
    transparency::CosignatureVerifier const key_;
    Clock const& clock_;
    Patience const patience_;
    std::shared_ptr<Replication> const replication_;  // the log's too; none: not in strict mode

    // The sending thread's.
    std::uint64_t cosigned_size_ = 0;  // that the mirror is believed to have
    std::uint64_t pruned_ = 0;         // leaves before it cannot be sent
    std::optional<Error> finding_;

    mutable Mutex mutex_;
    transparency::CosigningStatus status_ SALUS_GUARDED_BY(mutex_);
    MonotonicTime last_success_ SALUS_GUARDED_BY(mutex_);
    bool is_refused_ SALUS_GUARDED_BY(mutex_) = false;
};

}  // namespace salus::mirror
