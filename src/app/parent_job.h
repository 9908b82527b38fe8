// The parent log of an instance that serves: opened, told of by the operational log, and brought up
// to date in the rounds of CheckpointJob (transparency/parent_log.h).
#pragma once

#include <memory>
#include <string>

#include "app/instance.h"
#include "transparency/parent_log.h"

namespace salus::app {

// Of the parent log, where a tenant's name stands: in directories, origins and lines of logs.
[[nodiscard]] TenantName parent_log_name();

class ParentJob {
public:
    // Makes the log if there is none: of a new instance, or of one from before there were parent
    // logs. Nothing, and `why`, if it cannot be opened. All references outlive this.
    static std::unique_ptr<ParentJob> open(Instance& instance,
                                           transparency::CheckpointSigner& signer,
                                           crypto::VerifyingKey const& key, std::string& why);

    // A tenant's log, whose state depends on the parent's from now on.
    void add(TenantName const& tenant, transparency::SignedLog& log,
             std::shared_ptr<transparency::Publisher const> publisher);
    // One round, behind one of the tenants' publishers. False: another one soon may do better.
    [[nodiscard]] bool round(bool at_once);

    [[nodiscard]] transparency::SignedLog& log() noexcept { return parent_->log(); }
    [[nodiscard]] std::shared_ptr<transparency::Publisher> const& publisher() const noexcept {
        return parent_->publisher();
    }

private:
    ParentJob(Instance& instance, std::shared_ptr<transparency::ParentLog> parent)
        : instance_(instance), parent_(std::move(parent)) {}
    void tell(transparency::ParentFinding const& finding);

    Instance& instance_;
    std::shared_ptr<transparency::ParentLog> parent_;  // the tenants' logs ask it for their state
};

}  // namespace salus::app
