// The log as requests see it: it takes no records while it is closed because checkpoints have
// failed for too long, or are not cosigned as the operator demands (AUD-2: no audit that can be
// verified, no access). Outcomes of intents are taken in every state, since what they conclude has
// happened. Thread safety: as of audit::Log.
#pragma once

#include <atomic>

#include "transparency/cosigning.h"

namespace salus::transparency {

class SignedLog final : public audit::Log {
public:
    // Borrows it. Until watch() it is open: a process that does not publish appends freely, and
    // what it appended is signed by the next one that does.
    explicit SignedLog(audit::Log& log) : log_(log) {}

    // Whose state decides from now on, to the end. REQUIRES: called once.
    void watch(std::shared_ptr<Publisher const> publisher) {
        watched_ = std::move(publisher);
        publisher_ = watched_.get();
    }
    // And the one who cosigns. REQUIRES: called once.
    void watch(std::shared_ptr<Cosigning const> cosigning) {
        watched_cosigning_ = std::move(cosigning);
        cosigning_ = watched_cosigning_.get();
    }
    // Nothing: nobody publishes.
    [[nodiscard]] std::optional<SigningStatus> signing() const;
    // Nothing: nobody cosigns.
    [[nodiscard]] std::optional<CosigningStatus> cosigning() const;
    // The log itself, for what must be recorded in every state.
    [[nodiscard]] audit::Log& unguarded() noexcept { return log_; }

    // Also Errc::unavailable while closed.
    Task<Result<std::vector<audit::Position>>> append(std::vector<audit::Record> records,
                                                      Executor& home) override;
    [[nodiscard]] audit::Status status() const override;

private:
    // The worse of the two.
    [[nodiscard]] SigningState state() const;

    audit::Log& log_;
    std::shared_ptr<Publisher const> watched_;
    std::shared_ptr<Cosigning const> watched_cosigning_;
    std::atomic<Publisher const*> publisher_ = nullptr;
    std::atomic<Cosigning const*> cosigning_ = nullptr;
};

}  // namespace salus::transparency
