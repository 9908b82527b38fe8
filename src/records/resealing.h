// Sealing a compartment's records anew under its present data key (ENC-4). Contexts stay as they
// are: the same document, the same version, another key. Belongs to one thread.
#pragma once

#include <span>

#include "records/records.h"
#include "request/disclosable.h"
#include "request/prepared.h"

namespace salus::records {

// What stands under earlier keys, as far as one step looked, and how it stands under the present.
struct ResealStep {
    std::vector<store::Reseal> batch;
    std::vector<request::Touched> touched;  // for the intent's leaf: what the store must show later
    std::uint64_t unnamed = 0;  // records whose name is not known any more: they cannot be opened
    std::optional<store::RecordPlace> next;  // nothing: that was all
};

class Resealing {
public:
    // Borrows all.
    Resealing(Records& records, store::Reader& reader) : records_(records), reader_(reader) {}

    // At most limits::kResealedAtOnce records of a compartment. Changes nothing.
    [[nodiscard]] Result<ResealStep> prepare(CompartmentId const& compartment,
                                             std::uint32_t key_version,
                                             std::optional<store::RecordPlace> const& after);

private:
    [[nodiscard]] Result<void> add(ResealStep& step, CompartmentId const& compartment,
                                   store::SealedRecord record);
    // The name that the document has now; remembered for its other versions.
    [[nodiscard]] Result<std::optional<DocumentLabel>> label(Address const& address);
    [[nodiscard]] Result<crypto::Sealed> seal_again(CompartmentId const& compartment,
                                                    store::SealedRecord const& record,
                                                    std::optional<DocumentLabel> const& label);
    [[nodiscard]] Result<void> touch_what_stands(ResealStep& step);

    Records& records_;
    store::Reader& reader_;
    std::optional<std::pair<Address, std::optional<DocumentLabel>>> last_label_;
};

// The only way from such a step to the store: with the proof that its intent is on record. Durable
// when the task ends. Errors as store::Store::reseal. Any thread.
[[nodiscard]] Task<Result<void>> reseal(request::Tenant const& tenant,
                                        std::vector<store::Reseal> batch,
                                        request::RecordedIntent const& intent, Executor& home);

}  // namespace salus::records
