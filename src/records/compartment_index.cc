#include "records/compartment_index.h"

namespace salus::records {

namespace {

// A list and a table entry with what the allocator adds. Without it an index of no entries would
// cost nothing, and any number of them would fit.
constexpr std::size_t kOverheadBytes = 256;

std::size_t cost_of(CompartmentIndex const& index) {
    return kOverheadBytes + index.bytes + index.entries.size() * sizeof(OpenedIndexEntry);
}

}  // namespace

CompartmentIndexPointer IndexCache::find(CompartmentId const& compartment, std::uint64_t sequence) {
    MutexLock const lock(mutex_);
    auto const place = places_.find(compartment);
    if (place == places_.end() || place->second->index->sequence != sequence) return nullptr;
    items_.splice(items_.begin(), items_, place->second);
    return place->second->index;
}

void IndexCache::keep(CompartmentId const& compartment, CompartmentIndexPointer index) {
    auto const cost = cost_of(*index);
    if (cost > bytes_max_) return;
    MutexLock const lock(mutex_);
    if (auto const place = places_.find(compartment); place != places_.end()) {
        bytes_ -= cost_of(*place->second->index);
        items_.erase(place->second);
        places_.erase(place);
    }
    bytes_ += cost;
    items_.push_front({compartment, std::move(index)});
    places_[compartment] = items_.begin();
    while (bytes_ > bytes_max_) drop_last();
}

void IndexCache::drop_last() {
    bytes_ -= cost_of(*items_.back().index);
    places_.erase(items_.back().compartment);
    items_.pop_back();
}

}  // namespace salus::records
