#include "records/entry_replacement.h"

namespace salus::records {

Task<Result<void>> replace_entries(request::Tenant const& tenant,
                                   std::vector<EntryReplacement> batch, Executor& home) {
    std::vector<store::Reseal> entries;
    entries.reserve(batch.size());
    for (auto& each : batch) {
        entries.push_back({.compartment = each.compartment_,
                           .place = each.place_,
                           .document = std::nullopt,
                           .index_entry = std::move(each.entry_),
                           .contents = store::EntryContents::made_again});
    }
    co_return co_await tenant.store.reseal(std::move(entries), home);
}

}  // namespace salus::records
