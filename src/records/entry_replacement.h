// Index entries made again in the place of others: of the same versions, whose documents stay as
// they are. What they are made of is on record since it was written, and so are the definitions
// that asked for it; nothing else can be changed this way. Opened indexes and the page of the
// compartment are outdated by it, as by a write.
#pragma once

#include <vector>

#include "foundation/task.h"
#include "request/tenant.h"

namespace salus::records {

class EntryReplacement {
public:
    EntryReplacement(EntryReplacement&&) = default;
    EntryReplacement& operator=(EntryReplacement&&) = default;

private:
    friend class Records;  // makes them
    friend Task<Result<void>> replace_entries(request::Tenant const& tenant,
                                              std::vector<EntryReplacement> batch, Executor& home);
    EntryReplacement(CompartmentId const& compartment, store::RecordPlace const& place,
                     store::Replacement entry)
        : compartment_(compartment), place_(place), entry_(std::move(entry)) {}

    CompartmentId compartment_;
    store::RecordPlace place_;
    store::Replacement entry_;
};

// Durable when the task ends, all or none. Errc::conflict: one was changed meanwhile. Errors as
// store::Store::reseal. Any thread.
[[nodiscard]] Task<Result<void>> replace_entries(request::Tenant const& tenant,
                                                 std::vector<EntryReplacement> batch,
                                                 Executor& home);

}  // namespace salus::records
