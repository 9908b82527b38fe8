// The end of an audit log's retention, as custodians decide it (AUD-6): what a proposal names, and
// who carries it out. The files are the business of whoever has the log (app/audit_pruner.h).
#pragma once

#include <functional>
#include <stop_token>

#include "audit/retention.h"
#include "keys/dual_control/approval.h"

namespace salus::admin {

// The target of a proposal, "SEGMENT/FIRST/ROOT": the first segment that stays, the index of its
// first leaf, and the tree head over the leaves that go, in hexadecimal.
struct PruneTarget {
    std::uint64_t segment = 0;
    std::uint64_t first = 0;
    crypto::Sha256Digest root{};
};
[[nodiscard]] std::string to_text(PruneTarget const& target);
// Errc::invalid unless it is the text that to_text() gives.
[[nodiscard]] Result<PruneTarget> parse_prune_target(std::string_view text);

class AuditPruning {
public:
    virtual ~AuditPruning() = default;

    struct Work {
        keys::Approval const& approval;                    // for its target
        std::function<Result<audit::LegalHolds>()> holds;  // of the moment
        // Appends the leaf that says what goes and who decided; its index.
        std::function<Result<std::uint64_t>(audit::PrunedPrefix const&)> record;
        std::stop_token stop;
    };
    // Whole, or what is left of it after a crash. JSON for the proposal: what was removed, or why
    // it was refused and nothing was. Errc::unavailable: not now, to be tried again. One thread,
    // which may block for a minute and reads the log.
    [[nodiscard]] virtual Result<std::string> prune(Work const& work) = 0;
};

}  // namespace salus::admin
