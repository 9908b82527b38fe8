// The opened index of a compartment: what in-compartment search filters, sorts and pages. Kept for
// a while in a bounded cache, because opening 5,000 entries costs some 20 ms and filtering them
// less than one. Plaintext of the index is ePHI: it is scrubbed when it leaves.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::records {

struct OpenedIndexEntry {
    Address address;
    CompartmentId compartment;
    std::uint64_t version = 0;
    std::string entry;  // fhir::IndexEntry, encoded
};

struct CompartmentIndex {
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;  // of all entries' text
    std::vector<OpenedIndexEntry> entries;

    CompartmentIndex() = default;
    CompartmentIndex(CompartmentIndex const&) = delete;
    CompartmentIndex& operator=(CompartmentIndex const&) = delete;
    ~CompartmentIndex() {
        for (auto& opened : entries) scrub(opened.entry);
    }
};

// Shared by the cache and the searches that are using it; immutable.
using CompartmentIndexPointer = std::shared_ptr<CompartmentIndex const>;

// Least recently used goes first. Safe from any thread.
class IndexCache {
public:
    explicit IndexCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Nothing unless the compartment still has this sequence.
    [[nodiscard]] CompartmentIndexPointer find(CompartmentId const& compartment,
                                               std::uint64_t sequence);
    void keep(CompartmentId const& compartment, CompartmentIndexPointer index);
    [[nodiscard]] bool holds(CompartmentId const& compartment, std::uint64_t sequence) {
        return find(compartment, sequence) != nullptr;
    }

private:
    struct Item {
        CompartmentId compartment;
        CompartmentIndexPointer index;
    };
    void drop_last() SALUS_REQUIRES(mutex_);

    std::size_t const bytes_max_;
    Mutex mutex_;
    std::list<Item> items_ SALUS_GUARDED_BY(mutex_);  // most recently used first
    std::unordered_map<CompartmentId, std::list<Item>::iterator> places_ SALUS_GUARDED_BY(mutex_);
    std::size_t bytes_ SALUS_GUARDED_BY(mutex_) = 0;
};

}  // namespace salus::records
