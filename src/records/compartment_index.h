// Opened index entries: what a search filters, sorts and pages. Those of a compartment are kept for
// a while in a bounded cache, already in tables, because opening 5,000 of them costs some 20 ms and
// filtering them less than one. Plaintext of the index is ePHI: it is scrubbed when it leaves.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/entry_table.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::records {

struct OpenedIndexEntry {
    Address address;
    CompartmentId compartment;
    std::uint64_t version = 0;
    std::string entry;  // fhir::make_index_entry
};

// Whether a set holds every entry of a compartment, or some that were looked up.
enum class IndexScope : std::uint8_t { some, compartment };

class CompartmentIndex {
public:
    // Errc::corrupt if an entry is damaged.
    [[nodiscard]] static Result<std::shared_ptr<CompartmentIndex const>> make(
        IndexScope scope, std::uint64_t sequence, std::vector<OpenedIndexEntry> entries);
    CompartmentIndex(CompartmentIndex const&) = delete;
    CompartmentIndex& operator=(CompartmentIndex const&) = delete;
    ~CompartmentIndex();

    [[nodiscard]] IndexScope scope() const noexcept { return scope_; }
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    // In order of type and id.
    [[nodiscard]] std::vector<OpenedIndexEntry> const& entries() const noexcept { return entries_; }
    // In memory, with what the tables need.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::vector<fhir::EntryTable> const& tables() const noexcept { return tables_; }
    // nullptr: there are none of this type.
    [[nodiscard]] fhir::EntryTable const* table(fhir::Type const& type) const noexcept;
    // REQUIRES: a table of this index.
    [[nodiscard]] OpenedIndexEntry const& opened(fhir::EntryTable const& table,
                                                 fhir::EntryTable::Row row) const noexcept;

private:
    CompartmentIndex(IndexScope scope, std::uint64_t sequence)
        : scope_(scope), sequence_(sequence) {}
    [[nodiscard]] Result<void> build(std::vector<OpenedIndexEntry> entries);

    IndexScope scope_;
    std::uint64_t sequence_;
    std::size_t bytes_ = 0;
    std::vector<OpenedIndexEntry> entries_;  // in order of type and id
    std::vector<fhir::EntryTable> tables_;   // in order of type; look into entries_
    std::vector<std::size_t> first_;         // of each table, in entries_
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
