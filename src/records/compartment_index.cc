#include "records/compartment_index.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>

#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::records {
namespace {

// A list and a table entry with what the allocator adds. Without it an index of no entries would
// cost nothing, and any number of them would fit.
constexpr std::size_t kOverheadBytes = 256;

// The entries, which are scrubbed, as a page.
Result<Bytes> page_of(std::vector<OpenedIndexEntry>& entries,
                      fhir::LoadedParameters const* loaded) {
    std::vector<PageRow> rows;
    rows.reserve(entries.size());
    auto made = [&]() -> Result<Bytes> {
        for (auto const& entry : entries) {
            SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry.entry)));
            rows.push_back({entry.address, entry.version, view});
        }
        return make_page(std::move(rows), loaded);
    }();
    for (auto& entry : entries) scrub(entry.entry);
    return made;
}

// Addresses are keyed hashes: of a few, most rows' first bytes tell that they are others.
void hide(PageTable& table, std::unordered_set<Address> const& addresses) {
    if (addresses.empty()) return;
    std::array<bool, 256> begins{};
    for (auto const& address : addresses) begins.at(address.bytes().front()) = true;
    for (fhir::EntryTable::Row row = 0; row < table.table.size(); ++row) {
        auto const address = table.places.address(row);
        if (begins.at(address.bytes().front()) && addresses.contains(address))
            table.table.hide(row);
    }
}

}  // namespace

Result<std::shared_ptr<CompartmentIndex const>> CompartmentIndex::make(
    CompartmentId const& compartment, std::uint64_t sequence, IndexContents contents) {
    // Shared by the cache and by the searches that are using it.
    std::shared_ptr<CompartmentIndex> index(new CompartmentIndex(IndexScope::compartment));
    index->sequence_ = sequence;
    index->compartment_ = compartment;
    SALUS_TRY_VOID(index->build(std::move(contents)));
    return std::shared_ptr<CompartmentIndex const>(std::move(index));
}

Result<std::shared_ptr<CompartmentIndex const>> CompartmentIndex::make_of_some(
    std::vector<OpenedIndexEntry> entries, fhir::LoadedParametersPointer loaded) {
    // Shared by those that look into it.
    std::shared_ptr<CompartmentIndex> index(new CompartmentIndex(IndexScope::some));
    for (auto const& entry : entries) index->compartments_[entry.address] = entry.compartment;
    SALUS_TRY_VOID(index->build({.page = nullptr,
                                 .entries = std::move(entries),
                                 .removed = {},
                                 .loaded = std::move(loaded)}));
    return std::shared_ptr<CompartmentIndex const>(std::move(index));
}

Result<std::shared_ptr<CompartmentIndex const>> CompartmentIndex::narrowed(
    std::shared_ptr<CompartmentIndex const> whole, Keep const& keep) {
    // Shared by those that look into it.
    std::shared_ptr<CompartmentIndex> index(new CompartmentIndex(whole->scope_));
    index->sequence_ = whole->sequence_;
    index->compartment_ = whole->compartment_;
    index->compartments_ = whole->compartments_;
    index->outside_the_page_ = whole->outside_the_page_;
    index->bytes_ = whole->bytes_;
    index->loaded_ = whole->loaded_;
    index->tables_ = whole->tables_;
    index->places_ = whole->places_;
    for (auto& table : index->tables_) {
        auto const rows = table.rows();
        auto kept = rows;
        SALUS_TRY_VOID(keep(table, kept));
        for (auto const row : rows) {
            if (!std::ranges::binary_search(kept, row)) table.hide(row);
        }
        index->size_ += kept.size();
    }
    index->whole_ = std::move(whole);
    return std::shared_ptr<CompartmentIndex const>(std::move(index));
}

CompartmentIndex::~CompartmentIndex() {
    scrub(entries_);
}

Result<void> CompartmentIndex::build(IndexContents contents) {
    page_ = std::move(contents.page);
    loaded_ = std::move(contents.loaded);
    outside_the_page_ = contents.entries.size() + contents.removed.size();
    std::vector<PageTable> tables;
    if (page_ != nullptr) {
        SALUS_TRY(tables, open_page(page_->contents.bytes(), loaded_.get()));
        std::unordered_set<Address> replaced(contents.removed.begin(), contents.removed.end());
        for (auto const& entry : contents.entries) replaced.insert(entry.address);
        for (auto& table : tables) hide(table, replaced);
    }
    if (!contents.entries.empty()) {
        SALUS_TRY(entries_, page_of(contents.entries, loaded_.get()));
        SALUS_TRY(auto more, open_page(entries_, loaded_.get()));
        std::ranges::move(more, std::back_inserter(tables));
    }
    std::ranges::sort(tables, {},
                      [](PageTable const& table) { return table.table.type().name.text(); });
    bytes_ = kOverheadBytes + entries_.size();
    if (page_ != nullptr) bytes_ += page_->contents.size();
    tables_.reserve(tables.size());
    for (auto& [table, places] : tables) {
        bytes_ += table.bytes() + sizeof(PageTable);
        size_ += table.rows().size();
        places_.push_back(places);
        tables_.push_back(std::move(table));
    }
    return {};
}

std::span<fhir::EntryTable const> CompartmentIndex::tables(fhir::Type const& type) const noexcept {
    auto const of_type = [&](fhir::EntryTable const& table) { return &table.type() == &type; };
    auto const begin = std::ranges::find_if(tables_, of_type);
    return {begin, std::find_if_not(begin, tables_.end(), of_type)};
}

bool CompartmentIndex::holds(fhir::EntryTable const& table) const noexcept {
    return std::ranges::any_of(tables_, [&](auto const& held) { return &held == &table; });
}

std::size_t CompartmentIndex::position(fhir::EntryTable const& table) const {
    SALUS_CHECK(holds(table));
    return static_cast<std::size_t>(&table - tables_.data());
}

Address CompartmentIndex::address(fhir::EntryTable const& table, Row row) const {
    return places_[position(table)].address(row);
}

std::uint64_t CompartmentIndex::version(fhir::EntryTable const& table, Row row) const {
    return places_[position(table)].version(row);
}

CompartmentId const& CompartmentIndex::compartment(fhir::EntryTable const& table, Row row) const {
    if (scope_ == IndexScope::compartment) return compartment_;
    return compartments_.at(address(table, row));
}

Result<Bytes> CompartmentIndex::as_page() const {
    std::vector<PageRow> rows;
    rows.reserve(size_);
    for (auto const& table : tables_) {
        for (auto const row : table.rows())
            rows.push_back(
                {address(table, row), version(table, row), PageRow::OfTable{&table, row}});
    }
    return make_page(std::move(rows), loaded_.get());
}

CompartmentIndexPointer IndexCache::find(CompartmentId const& compartment, std::uint64_t sequence,
                                         fhir::LoadedParameters const* loaded) {
    MutexLock const lock(mutex_);
    auto const place = places_.find(compartment);
    if (place == places_.end() || place->second->index->sequence() != sequence ||
        place->second->index->loaded().get() != loaded)
        return nullptr;
    if (place->second->expires <= clock_.monotonic()) {
        drop(place->second);
        return nullptr;
    }
    items_.splice(items_.begin(), items_, place->second);
    return place->second->index;
}

std::optional<IndexCache::Earlier> IndexCache::find_earlier(CompartmentId const& compartment,
                                                            fhir::LoadedParameters const* loaded) {
    MutexLock const lock(mutex_);
    auto const place = places_.find(compartment);
    if (place == places_.end()) return std::nullopt;
    auto const& [known, index, expires] = *place->second;
    bool const usable =
        index->page() != nullptr && index->loaded().get() == loaded && expires > clock_.monotonic();
    return usable ? std::optional(Earlier{index, expires}) : std::nullopt;
}

void IndexCache::keep(CompartmentId const& compartment, CompartmentIndexPointer index,
                      std::optional<MonotonicTime> expires_at_most) {
    auto const cost = index->bytes();
    if (cost > bytes_max_) return;
    auto expires = clock_.monotonic() + limits::kIndexCacheTime;
    if (expires_at_most) expires = std::min(expires, *expires_at_most);
    MutexLock const lock(mutex_);
    if (auto const place = places_.find(compartment); place != places_.end()) {
        // A reader whose view began earlier comes late with what was.
        if (place->second->index->sequence() > index->sequence()) return;
        drop(place->second);
    }
    bytes_ += cost;
    items_.push_front({compartment, std::move(index), expires});
    places_[compartment] = items_.begin();
    while (bytes_ > bytes_max_) drop(std::prev(items_.end()));
}

void IndexCache::forget(CompartmentId const& compartment) {
    MutexLock const lock(mutex_);
    if (auto const place = places_.find(compartment); place != places_.end()) drop(place->second);
}

void IndexCache::forget_expired() {
    auto const now = clock_.monotonic();
    MutexLock const lock(mutex_);
    for (auto item = items_.begin(); item != items_.end();) {
        auto const next = std::next(item);
        if (item->expires <= now) drop(item);
        item = next;
    }
}

void IndexCache::drop(Items::iterator item) {
    bytes_ -= item->index->bytes();
    places_.erase(item->compartment);
    items_.erase(item);
}

}  // namespace salus::records
