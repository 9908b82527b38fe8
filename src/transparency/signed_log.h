// The log as requests see it: it takes no records while it is closed because checkpoints have
// failed for too long, are not cosigned as the operator demands, or are not what the parent log
// says (AUD-2: no audit that can be verified, no access). Outcomes of intents are taken in every
// state, since what they conclude has happened.
//
// In strict mode a record counts when it is durable elsewhere too (AUD-4): append() is the only way
// to a RecordedIntent or a Receipt, and it ends after that or fails. Thread safety: as of
// audit::Log.
#pragma once

#include <atomic>

#include "foundation/strong_id.h"
#include "transparency/acknowledging.h"
#include "transparency/cosigning.h"
#include "transparency/parent_state.h"

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
    // And the parent log, where there is one above this. REQUIRES: called once.
    void watch(std::shared_ptr<ParentState const> parent) {
        watched_parent_ = std::move(parent);
        parent_ = watched_parent_.get();
    }
    // Strict mode, to the end. The tenant is whose log it is. REQUIRES: called once, before
    // anybody's request is served.
    void wait_for(std::shared_ptr<Acknowledging> elsewhere, TenantName tenant) {
        tenant_ = std::move(tenant);
        awaited_ = std::move(elsewhere);
        acknowledging_ = awaited_.get();
    }
    // Nothing: nobody publishes.
    [[nodiscard]] std::optional<SigningStatus> signing() const;
    // The last checkpoint that is durable; nothing: nobody publishes, or not yet. Waits for the
    // disk while another is written.
    [[nodiscard]] std::optional<Publisher::Published> published() const;
    // Nothing: nobody cosigns.
    [[nodiscard]] std::optional<CosigningStatus> cosigning() const;
    // Nothing: there is no log above this, or nobody writes it.
    [[nodiscard]] std::optional<ParentStatus> parent() const;
    // Nothing: not in strict mode.
    [[nodiscard]] std::optional<AcknowledgingStatus> acknowledging() const;
    // The log itself, for what must be recorded in every state and nobody waits for.
    [[nodiscard]] audit::Log& unguarded() noexcept { return log_; }

    // Also Errc::unavailable while closed, and in strict mode when the records are durable here and
    // not known to be so elsewhere: they stay, and intents among them are concluded as not done.
    Task<Result<std::vector<audit::Position>>> append(std::vector<audit::Record> records,
                                                      Executor& home) override;
    [[nodiscard]] audit::Status status() const override;

private:
    // The worst of all.
    [[nodiscard]] SigningState state() const;
    [[nodiscard]] Task<Result<void>> withdraw(std::vector<std::uint64_t> intents, Executor& home);

    audit::Log& log_;
    std::shared_ptr<Publisher const> watched_;
    std::shared_ptr<Cosigning const> watched_cosigning_;
    std::shared_ptr<ParentState const> watched_parent_;
    std::shared_ptr<Acknowledging> awaited_;
    std::optional<TenantName> tenant_;
    std::atomic<Publisher const*> publisher_ = nullptr;
    std::atomic<Cosigning const*> cosigning_ = nullptr;
    std::atomic<ParentState const*> parent_ = nullptr;
    std::atomic<Acknowledging*> acknowledging_ = nullptr;
};

}  // namespace salus::transparency
