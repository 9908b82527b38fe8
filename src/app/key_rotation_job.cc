#include "app/key_rotation_job.h"

#include <condition_variable>
#include <mutex>

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kRotationInterval = 1s;
constexpr auto kAfterFailedRotation = 10s;

}  // namespace

KeyRotationJob::KeyRotationJob(pipeline::House const& house, RotationSettings const& settings,
                               InstanceRootRotation root)
    : house_(house), settings_(settings), root_(std::move(root)) {
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void KeyRotationJob::run(std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wait;
    while (!stop.stop_requested()) {
        if (advance_all(stop)) continue;
        std::unique_lock lock(mutex);
        wait.wait_for(lock, stop, works_ ? kRotationInterval : kAfterFailedRotation,
                      [] { return false; });
    }
    tenants_.clear();
}

void KeyRotationJob::say_failed(TenantName const& tenant, Error const& error) const {
    if (!works_) return;
    house_.log.write(LogLevel::error, "rotation.failed", field("tenant", tenant),
                     field("why", error.why));
}

bool KeyRotationJob::advance_all(std::stop_token const& stop) {
    bool more = false;
    bool works = true;
    for (std::size_t i = 0; i < house_.tenants.size() && !stop.stop_requested(); ++i) {
        auto& tenant = *house_.tenants[i];
        if (tenants_.size() == i) {
            auto made = TenantRotation::make(house_, tenant, settings_);
            if (!made) return works_ = false;
            tenants_.push_back(*std::move(made));
        }
        auto const advanced = tenants_[i]->advance(stop);
        if (advanced) {
            more = more || *advanced;
            continue;
        }
        works = false;
        say_failed(tenant.tenant.name, advanced.error());
    }
    auto const followed = stop.stop_requested() ? Result<void>() : root_.advance();
    if (!followed) {
        works = false;
        say_failed(house_.tenants.front()->tenant.name, followed.error());
    }
    works_ = works;
    return more && works;
}

}  // namespace salus::app
