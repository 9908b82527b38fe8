// Opened index entries: what a search filters, sorts and pages. Those of a compartment are kept for
// a while in a bounded cache, as pages. Plaintext of the index is ePHI: it is scrubbed when it
// leaves.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"
#include "records/index_page.h"
#include "records/page_memory.h"

namespace salus::records {

struct OpenedIndexEntry {
    Address address;
    CompartmentId compartment;
    std::uint64_t version = 0;
    std::string entry;  // fhir::make_index_entry
};

// Whether a set holds every entry of a compartment, or some that were looked up.
enum class IndexScope : std::uint8_t { some, compartment };

// A page, opened. Shared by the indexes that are made of it one after the other, each with what was
// written until then.
struct OpenedPage {
    std::uint64_t sequence = 0;  // of the compartment when the page was made
    PageBuffer contents;
};
using OpenedPagePointer = std::shared_ptr<OpenedPage const>;

// Of what a compartment's index is made. An entry takes the place of the page's row of its address;
// what was removed has no row.
struct IndexContents {
    OpenedPagePointer page = nullptr;  // nullptr: there is none
    std::vector<OpenedIndexEntry> entries;
    std::vector<Address> removed;
    // Parameters of packages that every entry, and every row of the page that no entry replaces,
    // has the values of; nullptr: none.
    fhir::LoadedParametersPointer loaded = nullptr;
};

class CompartmentIndex {
public:
    using Row = fhir::EntryTable::Row;

    // Errc::corrupt if page or entries are damaged.
    [[nodiscard]] static Result<std::shared_ptr<CompartmentIndex const>> make(
        CompartmentId const& compartment, std::uint64_t sequence, IndexContents contents);
    // Of entries from whatever compartments.
    [[nodiscard]] static Result<std::shared_ptr<CompartmentIndex const>> make_of_some(
        std::vector<OpenedIndexEntry> entries, fhir::LoadedParametersPointer loaded = nullptr);
    // Without the rows that `keep` takes out of those that a table searches. Shares what `whole`
    // holds.
    using Keep = std::function<Result<void>(fhir::EntryTable const&, std::vector<Row>&)>;
    [[nodiscard]] static Result<std::shared_ptr<CompartmentIndex const>> narrowed(
        std::shared_ptr<CompartmentIndex const> whole, Keep const& keep);
    CompartmentIndex(CompartmentIndex const&) = delete;
    CompartmentIndex& operator=(CompartmentIndex const&) = delete;
    ~CompartmentIndex();

    [[nodiscard]] IndexScope scope() const noexcept { return scope_; }
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
    // What can be asked of its tables beside FHIR's own parameters.
    [[nodiscard]] fhir::LoadedParametersPointer const& loaded() const noexcept { return loaded_; }
    // Entries that are searched.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // Entries and removals that came beside the page.
    [[nodiscard]] std::size_t outside_the_page() const noexcept { return outside_the_page_; }
    // What it was made of, for the index that comes after it; nullptr: there is none.
    [[nodiscard]] OpenedPagePointer const& page() const noexcept { return page_; }
    // In memory, with what the tables need.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    // In order of type; of one type there may be several.
    [[nodiscard]] std::span<fhir::EntryTable const> tables() const noexcept { return tables_; }
    [[nodiscard]] std::span<fhir::EntryTable const> tables(fhir::Type const& type) const noexcept;
    [[nodiscard]] bool holds(fhir::EntryTable const& table) const noexcept;
    // REQUIRES: a table of this index and a row of it.
    [[nodiscard]] Address address(fhir::EntryTable const& table, Row row) const;
    [[nodiscard]] std::uint64_t version(fhir::EntryTable const& table, Row row) const;
    [[nodiscard]] CompartmentId const& compartment(fhir::EntryTable const& table, Row row) const;
    // All entries that are searched, in one page. Holds ePHI.
    [[nodiscard]] Result<Bytes> as_page() const;

private:
    explicit CompartmentIndex(IndexScope scope) : scope_(scope) {}
    [[nodiscard]] Result<void> build(IndexContents contents);
    [[nodiscard]] std::size_t position(fhir::EntryTable const& table) const;

    IndexScope scope_;
    std::uint64_t sequence_ = 0;
    CompartmentId compartment_;
    std::unordered_map<Address, CompartmentId> compartments_;  // of IndexScope::some
    std::size_t size_ = 0;
    std::size_t outside_the_page_ = 0;
    std::size_t bytes_ = 0;
    fhir::LoadedParametersPointer loaded_;  // all three are what the tables look into
    OpenedPagePointer page_;
    Bytes entries_;  // as a page
    // Of a narrowed index, in the place of both: shared with whoever else looks into it.
    std::shared_ptr<CompartmentIndex const> whole_;
    std::vector<fhir::EntryTable> tables_;
    std::vector<PagePlaces> places_;  // of each table
};

// Shared by the cache and the searches that are using it; immutable.
using CompartmentIndexPointer = std::shared_ptr<CompartmentIndex const>;

// Least recently used goes first, and none stays longer than limits::kIndexCacheTime, however often
// it is used (KEY-5). Safe from any thread.
class IndexCache {
public:
    // Borrows the clock.
    IndexCache(std::size_t bytes_max, Clock const& clock) : bytes_max_(bytes_max), clock_(clock) {}

    // Nothing unless the compartment still has this sequence, it was opened with these parameters
    // of packages, and its time is not over.
    [[nodiscard]] CompartmentIndexPointer find(CompartmentId const& compartment,
                                               std::uint64_t sequence,
                                               fhir::LoadedParameters const* loaded = nullptr);
    // One that has a page, whatever its sequence: for who makes a later one of the same page. What
    // is made of it is kept no longer than it would have been itself.
    struct Earlier {
        CompartmentIndexPointer index;
        MonotonicTime expires;
    };
    [[nodiscard]] std::optional<Earlier> find_earlier(CompartmentId const& compartment,
                                                      fhir::LoadedParameters const* loaded);
    void keep(CompartmentId const& compartment, CompartmentIndexPointer index,
              std::optional<MonotonicTime> expires_at_most = std::nullopt);
    // Whatever its sequence: what was erased does not stay in memory. Searches that are under way
    // may hold it until they end.
    void forget(CompartmentId const& compartment);
    [[nodiscard]] bool holds(CompartmentId const& compartment, std::uint64_t sequence) {
        return find(compartment, sequence) != nullptr;
    }
    // Scrubs what has been here for too long, also if nobody asks for it again: call it every few
    // seconds. An index in use is scrubbed when its last user is done.
    void forget_expired();

private:
    struct Item {
        CompartmentId compartment;
        CompartmentIndexPointer index;
        MonotonicTime expires;
    };
    using Items = std::list<Item>;
    void drop(Items::iterator item) SALUS_REQUIRES(mutex_);

    std::size_t const bytes_max_;
    Clock const& clock_;
    Mutex mutex_;
    Items items_ SALUS_GUARDED_BY(mutex_);  // most recently used first
    std::unordered_map<CompartmentId, Items::iterator> places_ SALUS_GUARDED_BY(mutex_);
    std::size_t bytes_ SALUS_GUARDED_BY(mutex_) = 0;
};

}  // namespace salus::records
