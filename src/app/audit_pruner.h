// Prunes one tenant's audit log as its custodians decided (AUD-6): judges anew that its retention
// is over, keeps what the store is compared with, records what goes, waits until that record is
// signed (and cosigned, where there is a mirror), and only then removes. Goes on after a crash. One
// thread.
#pragma once

#include <filesystem>

#include "admin/audit_pruning.h"
#include "audit/pruning.h"
#include "foundation/clock.h"
#include "transparency/signed_log.h"

namespace salus::app {

struct PrunedLogPlace {
    std::filesystem::path directory;  // of the log
    std::filesystem::path scratch;    // on the same disk or another; some 100 bytes for each write
    transparency::SignedLog const& log;
    Clock const& clock;
    audit::RetentionPeriod period;
    bool has_mirror = false;
    std::chrono::seconds patience{60};  // that a record is signed and cosigned within
};

class AuditPruner final : public admin::AuditPruning {
public:
    explicit AuditPruner(PrunedLogPlace place) : place_(std::move(place)) {}

    Result<std::string> prune(Work const& work) override;

private:
    // `judged`: the holds that it was found due with.
    [[nodiscard]] Result<std::string> prune_due(Work const& work, audit::DuePrefix const& due,
                                                audit::LegalHolds const& judged);
    [[nodiscard]] Result<std::string> remove(audit::RecordedPruning const& recorded) const;
    // How many leaves are vouched for by everybody who signs; 0 while somebody does not.
    [[nodiscard]] std::uint64_t vouched() const;
    [[nodiscard]] Result<void> wait_until_vouched(std::uint64_t leaf,
                                                  std::stop_token const& stop) const;

    PrunedLogPlace place_;
};

}  // namespace salus::app
