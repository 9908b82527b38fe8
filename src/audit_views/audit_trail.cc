#include "audit_views/audit_trail.h"

#include "transparency/checkpoint.h"
#include "transparency/log_check.h"

namespace salus::audit_views {
namespace {

// A note is replaced while it is read now and then; the next one fits, unless the disk takes its
// time between what is published and what is said of it.
constexpr int kAttempts = 4;

}  // namespace

AuditTrail::Moment AuditTrail::now() const {
    for (int i = 0; i < kAttempts; ++i) {
        auto const signing = log_.signing();
        if (!signing || signing->head.size == 0) break;
        auto note = transparency::read_checkpoint_note(directory_);
        if (!note) break;
        // The publisher verified the signature; here the note is only compared with what it says.
        auto const checkpoint =
            transparency::checkpoint_from(note->substr(0, note->rfind("\n\n") + 1));
        if (!checkpoint || checkpoint->head != signing->head) continue;
        return {LeafReader(directory_, log_.status().size, signing->head), *std::move(note)};
    }
    auto published = log_.published();
    if (!published) return {LeafReader(directory_, log_.status().size, {}), {}};
    return {LeafReader(directory_, log_.status().size, published->head),
            std::move(published->note)};
}

Result<RecordedLeaf> AuditTrail::event_at(LeafReader& reader, std::uint64_t index,
                                          json::Parser& parser) {
    SALUS_TRY(auto const text, reader.at(index));
    SALUS_TRY(auto leaf, read_leaf(text, parser));
    if (leaf.phase != audit::Phase::outcome) return leaf;
    SALUS_TRY(auto const intent_text, reader.at(leaf.intent));
    SALUS_TRY(auto const intent, read_leaf(intent_text, parser));
    add_intent(leaf, intent);
    return leaf;
}

Result<std::string> AuditTrail::proof_of(Moment& moment, std::uint64_t index) {
    if (index >= moment.reader.head().size) return std::string();
    SALUS_TRY(auto leaf, moment.reader.at(index));
    SALUS_TRY(auto proof, moment.reader.prove(index));
    return to_text(transparency::EntryProof{.index = index,
                                            .proof = std::move(proof),
                                            .checkpoint = moment.checkpoint,
                                            .extra = std::move(leaf)});
}

Result<void> AuditTrail::with_details(
    audit::LeafRange range,
    std::function<Result<void>(audit::LeafView const&)> const& receive) const {
    if (range.begin >= range.end) return {};
    SALUS_TRY(auto follower, follow(range.begin));
    return follower.advance(range.end, [&](audit::LeafView const& leaf) -> Result<void> {
        if (leaf.index >= range.end) return {};
        return receive(leaf);
    });
}

Result<void> AuditTrail::catch_up() {
    auto moment = now();
    return patients_.catch_up(moment.reader);
}

}  // namespace salus::audit_views
