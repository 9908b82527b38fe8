#include "operations/consent_marking.h"

#include <optional>

#include "fhir/index_entry.h"
#include "foundation/limits.h"
#include "operations/blind_tokens.h"

namespace salus::operations {
namespace {

// Nothing unless this version is the current one of a consent.
Result<std::optional<store::Retoken>> mark(records::Records& records, std::string_view base,
                                           store::Committed const& committed) {
    auto const& addressing = records.addressing();
    bool const resource = committed.state == store::VersionState::live &&
                          committed.compartment != addressing.identity_compartment();
    if (!resource) return std::nullopt;
    SALUS_TRY(auto entry, records.entry(committed.address));
    if (!entry || entry->version != committed.version) return std::nullopt;
    auto const marked = [&]() -> Result<std::optional<store::Retoken>> {
        SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry->entry)));
        if (view.type() != "Consent") return std::nullopt;
        SALUS_TRY(auto tokens, tokens_of(addressing, base, bytes_of(entry->entry)));
        return store::Retoken{.place = {committed.address, committed.version},
                              .tokens = std::move(tokens),
                              .token_version = addressing.token_version()};
    }();
    scrub(entry->entry);
    return marked;
}

}  // namespace

Result<MarkingStep> mark_consents(records::Records& records, std::string_view base,
                                  std::uint64_t below, std::size_t& left_out) {
    SALUS_TRY(auto const commits, records.committed(below, limits::kResealedAtOnce));
    MarkingStep step;
    for (auto const& committed : commits) {
        auto marked = mark(records, base, committed);
        if (!marked && marked.error().code == Errc::unavailable) return fail(marked.error());
        if (!marked) {
            // What was erased is nobody's consent any more.
            left_out += marked.error().code == Errc::gone ? 0U : 1U;
        } else if (*marked) {
            step.batch.push_back(*std::move(*marked));
        }
    }
    if (commits.size() == limits::kResealedAtOnce) step.below = commits.back().sequence;
    return step;
}

}  // namespace salus::operations
