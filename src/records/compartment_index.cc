#include "records/compartment_index.h"

#include <algorithm>

namespace salus::records {
namespace {

// A list and a table entry with what the allocator adds. Without it an index of no entries would
// cost nothing, and any number of them would fit.
constexpr std::size_t kOverheadBytes = 256;

struct Header {
    fhir::EntryView view;
    std::size_t at;
};

bool before(Header const& a, Header const& b) {
    auto const by_type = a.view.type().compare(b.view.type());
    return by_type != 0 ? by_type < 0 : a.view.id() < b.view.id();
}

}  // namespace

Result<std::shared_ptr<CompartmentIndex const>> CompartmentIndex::make(
    IndexScope scope, std::uint64_t sequence, std::vector<OpenedIndexEntry> entries) {
    // Shared by the cache and by the searches that are using it.
    std::shared_ptr<CompartmentIndex> index(new CompartmentIndex(scope, sequence));
    SALUS_TRY_VOID(index->build(std::move(entries)));
    return std::shared_ptr<CompartmentIndex const>(std::move(index));
}

CompartmentIndex::~CompartmentIndex() {
    for (auto& opened : entries_) scrub(opened.entry);
}

Result<void> CompartmentIndex::build(std::vector<OpenedIndexEntry> entries) {
    std::vector<Header> headers;
    headers.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entries[i].entry)));
        headers.push_back({view, i});
    }
    std::ranges::sort(headers, before);
    entries_.reserve(entries.size());
    for (auto const& header : headers) entries_.push_back(std::move(entries[header.at]));
    bytes_ = kOverheadBytes + entries_.size() * sizeof(OpenedIndexEntry);
    for (std::size_t begin = 0; begin < entries_.size();) {
        std::vector<fhir::EntryView> views;
        auto at = begin;
        for (; at < entries_.size(); ++at) {
            // Short texts have moved with their entries.
            SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entries_[at].entry)));
            if (!views.empty() && views.front().type() != view.type()) break;
            bytes_ += entries_[at].entry.size();
            views.push_back(view);
        }
        auto const* type = fhir::find_resource_type(views.front().type());
        if (type == nullptr) return fail(Errc::corrupt, "index entry of an unknown type");
        SALUS_TRY(auto table, fhir::EntryTable::make(*type, std::move(views)));
        bytes_ += table.bytes();
        tables_.push_back(std::move(table));
        first_.push_back(begin);
        begin = at;
    }
    return {};
}

fhir::EntryTable const* CompartmentIndex::table(fhir::Type const& type) const noexcept {
    auto const found = std::ranges::find_if(
        tables_, [&](fhir::EntryTable const& table) { return &table.type() == &type; });
    return found == tables_.end() ? nullptr : &*found;
}

OpenedIndexEntry const& CompartmentIndex::opened(fhir::EntryTable const& table,
                                                 fhir::EntryTable::Row row) const noexcept {
    return entries_[first_[static_cast<std::size_t>(&table - tables_.data())] + row];
}

CompartmentIndexPointer IndexCache::find(CompartmentId const& compartment, std::uint64_t sequence) {
    MutexLock const lock(mutex_);
    auto const place = places_.find(compartment);
    if (place == places_.end() || place->second->index->sequence() != sequence) return nullptr;
    items_.splice(items_.begin(), items_, place->second);
    return place->second->index;
}

void IndexCache::keep(CompartmentId const& compartment, CompartmentIndexPointer index) {
    auto const cost = index->bytes();
    if (cost > bytes_max_) return;
    MutexLock const lock(mutex_);
    if (auto const place = places_.find(compartment); place != places_.end()) {
        bytes_ -= place->second->index->bytes();
        items_.erase(place->second);
        places_.erase(place);
    }
    bytes_ += cost;
    items_.push_front({compartment, std::move(index)});
    places_[compartment] = items_.begin();
    while (bytes_ > bytes_max_) drop_last();
}

void IndexCache::drop_last() {
    bytes_ -= items_.back().index->bytes();
    places_.erase(items_.back().compartment);
    items_.pop_back();
}

}  // namespace salus::records
