#include "app/indexing_job.h"

#include <condition_variable>
#include <mutex>

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kLookAgain = 1s;
constexpr auto kAfterFailure = 10s;

}  // namespace

IndexingJob::IndexingJob(pipeline::House const& house, RotationSettings const& settings,
                         Layout layout)
    : house_(house), settings_(settings), layout_(std::move(layout)) {
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void IndexingJob::run(std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wait;
    while (!stop.stop_requested()) {
        if (advance_all(stop)) continue;
        std::unique_lock lock(mutex);
        wait.wait_for(lock, stop, works_ ? kLookAgain : kAfterFailure, [] { return false; });
    }
    tenants_.clear();
}

Result<bool> IndexingJob::advance(std::size_t tenant, std::stop_token const& stop) {
    auto& house = *house_.tenants[tenant];
    if (tenants_.size() == tenant) {
        SALUS_TRY(auto made, TenantIndexing::make(house_, house, settings_,
                                                  layout_.indexing(house.tenant.name)));
        tenants_.push_back(std::move(made));
    }
    return tenants_[tenant]->advance(stop);
}

bool IndexingJob::advance_all(std::stop_token const& stop) {
    bool more = false;
    bool works = true;
    for (std::size_t i = 0; i < house_.tenants.size() && !stop.stop_requested(); ++i) {
        auto const advanced = advance(i, stop);
        more = more || (advanced && *advanced);
        if (advanced) continue;
        if (works_)
            house_.log.write(LogLevel::error, "indexing.failed",
                             field("tenant", house_.tenants[i]->tenant.name),
                             field("why", advanced.error().why));
        works = false;
        // Those behind it have no place in the list yet.
        if (tenants_.size() == i) break;
    }
    works_ = works;
    return more && works;
}

}  // namespace salus::app
