#include "operations/population_entries.h"

namespace salus::operations {
namespace {

constexpr std::size_t kChunk = 1'000;

std::unexpected<Error> too_many(std::vector<records::OpenedIndexEntry>& opened) {
    for (auto& each : opened) scrub(each.entry);
    return fail(Errc::too_large, "there are too many resources to search through: name a patient");
}

// Nothing unless this version is the current one of a resource of the type.
Result<std::optional<records::OpenedIndexEntry>> entry_of(Context const& context,
                                                          store::Committed const& committed,
                                                          fhir::Type const& type,
                                                          fhir::LoadedParameters const* loaded) {
    if (committed.state != store::VersionState::live) return std::nullopt;
    SALUS_TRY(auto entry,
              context.records.entry(request::Interaction::search_type, committed.address, loaded));
    if (!entry || entry->version != committed.version) return std::nullopt;
    SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry->entry)));
    if (view.type() == type.name.text()) return entry;
    scrub(entry->entry);
    return std::nullopt;
}

}  // namespace

Result<std::vector<records::OpenedIndexEntry>> population_entries(
    Context const& context, fhir::Type const& type, fhir::LoadedParameters const* loaded) {
    std::vector<records::OpenedIndexEntry> entries;
    std::uint64_t before = 0;
    for (std::size_t looked = 0; looked < limits::kPopulationVersions; looked += kChunk) {
        SALUS_TRY(auto const chunk, context.records.committed(before, kChunk));
        for (auto const& committed : chunk) {
            before = committed.sequence;
            SALUS_TRY(auto entry, entry_of(context, committed, type, loaded));
            if (entry) entries.push_back(*std::move(entry));
            if (entries.size() > limits::kSharedSearched) return too_many(entries);
        }
        if (chunk.size() < kChunk) return entries;
    }
    return too_many(entries);
}

}  // namespace salus::operations
