#include "records/compartment_index.h"

namespace salus::records {

CompartmentIndexPointer IndexCache::find(CompartmentId const& compartment, std::uint64_t sequence) {
    MutexLock const lock(mutex_);
    auto const place = places_.find(compartment);
    if (place == places_.end() || place->second->index->sequence != sequence) return nullptr;
    items_.splice(items_.begin(), items_, place->second);
    return place->second->index;
}

void IndexCache::keep(CompartmentId const& compartment, CompartmentIndexPointer index) {
    if (index->bytes > bytes_max_) return;
    MutexLock const lock(mutex_);
    if (auto const place = places_.find(compartment); place != places_.end()) {
        bytes_ -= place->second->index->bytes;
        items_.erase(place->second);
        places_.erase(place);
    }
    bytes_ += index->bytes;
    items_.push_front({compartment, std::move(index)});
    places_[compartment] = items_.begin();
    while (bytes_ > bytes_max_) drop_last();
}

void IndexCache::drop_last() {
    bytes_ -= items_.back().index->bytes;
    places_.erase(items_.back().compartment);
    items_.pop_back();
}

}  // namespace salus::records
