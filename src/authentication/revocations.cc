#include "authentication/revocations.h"

#include "foundation/oauth_limits.h"

namespace salus::authentication {

void Revocations::add(std::string name) {
    MutexLock const lock(mutex_);
    if (latest_.size() >= limits::kRevocationsKept) latest_.erase(latest_.begin());
    latest_.push_back(std::move(name));
    epoch_.fetch_add(1, std::memory_order_release);
}

Revocations::News Revocations::since(std::uint64_t epoch) const {
    MutexLock const lock(mutex_);
    News news;
    news.epoch = epoch_.load(std::memory_order_relaxed);
    auto const missed = news.epoch - epoch;
    news.all = missed > latest_.size();
    if (!news.all) {
        news.names.assign(latest_.end() - static_cast<std::ptrdiff_t>(missed), latest_.end());
    }
    return news;
}

}  // namespace salus::authentication
