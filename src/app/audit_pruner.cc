#include "app/audit_pruner.h"

#include <thread>

#include "audit_views/patient_index.h"
#include "json/writer.h"
#include "reconciliation/pruned_writes.h"
#include "transparency/pruned_tiles.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
using transparency::SigningState;

constexpr auto kLook = 100ms;

std::string refused(Literal why) {
    std::string text;
    json::Writer(text).begin_object().key("refused").string(why.text()).end_object();
    return text;
}

}  // namespace

Result<std::string> AuditPruner::prune(Work const& work) {
    if (work.approval.operation() != keys::Operation::prune_audit)
        return fail(Errc::internal, "an approval for something else");
    SALUS_TRY(auto const target, admin::parse_prune_target(work.approval.target()));
    auto const recorded = audit::RecordedPruning::find(place_.directory);
    if (recorded && recorded->prefix().segment >= target.segment) return remove(*recorded);
    if (!recorded && recorded.error().code != Errc::not_found)
        return std::unexpected(recorded.error());
    SALUS_TRY(auto const holds, work.holds());
    auto const state = audit::judge_retention(place_.directory, place_.period, holds,
                                              place_.clock.now(), target.segment);
    if (!state && state.error().code != Errc::corrupt) return std::unexpected(state.error());
    if (!state) return refused(state.error().why);
    auto const& due = state->due;
    bool const is_due = due && due->segment() == target.segment && due->first() == target.first &&
                        due->with({}).root == target.root;
    if (!is_due) return refused("this is not due, or a legal hold keeps it");
    return prune_due(work, *due, holds);
}

Result<std::string> AuditPruner::prune_due(Work const& work, audit::DuePrefix const& due,
                                           audit::LegalHolds const& judged) {
    // What goes is in the signed tree, and the mirror has it.
    if (vouched() < due.first())
        return fail(Errc::unavailable, "the audit log is not signed or not cosigned now");
    std::string where;
    auto const tiles =
        transparency::check_pruned_tiles(place_.directory, {due.first(), due.with({}).root}, where);
    if (!tiles) return refused(tiles.error().why);
    SALUS_TRY(auto const versions,
              reconciliation::write_pruned_writes(place_.directory, due.segment(), due.first(),
                                                  place_.scratch));
    auto const prefix = due.with(versions);
    SALUS_TRY(auto const leaf, work.record(prefix));
    SALUS_TRY_VOID(wait_until_vouched(leaf, work.stop));
    // That took a while, in which somebody may have placed one.
    SALUS_TRY(auto const holds, work.holds());
    if (holds != judged) return fail(Errc::unavailable, "legal holds changed meanwhile");
    SALUS_TRY(auto const recorded, audit::declare_pruned(place_.directory, due, prefix, leaf));
    return remove(recorded);
}

Result<std::string> AuditPruner::remove(audit::RecordedPruning const& recorded) const {
    SALUS_TRY_VOID(audit::remove_pruned_segments(place_.directory, recorded));
    SALUS_TRY_VOID(transparency::remove_pruned_entries(place_.directory, recorded));
    SALUS_TRY_VOID(audit_views::remove_pruned_index(place_.directory / "patients", recorded));
    auto const& prefix = recorded.prefix();
    std::string text;
    json::Writer(text)
        .begin_object()
        .key("firstLeaf")
        .integer(static_cast<std::int64_t>(prefix.first))
        .key("firstSegment")
        .integer(static_cast<std::int64_t>(prefix.segment))
        .key("root")
        .string(to_hex(prefix.root))
        .end_object();
    return text;
}

std::uint64_t AuditPruner::vouched() const {
    auto const signing = place_.log.signing();
    if (!signing || signing->state != SigningState::ok) return 0;
    if (!place_.has_mirror) return signing->head.size;
    auto const cosigning = place_.log.cosigning();
    if (!cosigning || cosigning->state != SigningState::ok) return 0;
    return std::min(signing->head.size, cosigning->size);
}

// A leaf that is not vouched for in time says what was to be done and was not; the next attempt
// records another.
Result<void> AuditPruner::wait_until_vouched(std::uint64_t leaf,
                                             std::stop_token const& stop) const {
    auto const deadline = place_.clock.monotonic() + place_.patience;
    while (vouched() <= leaf) {
        if (stop.stop_requested() || place_.clock.monotonic() >= deadline)
            return fail(Errc::unavailable, "the record of a pruning is not signed or cosigned yet");
        std::this_thread::sleep_for(kLook);
    }
    return {};
}

}  // namespace salus::app
