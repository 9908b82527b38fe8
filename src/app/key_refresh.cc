#include "app/key_refresh.h"

#include <condition_variable>
#include <mutex>

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kInterval = 5s;

}  // namespace

KeyRefresh::KeyRefresh(keys::KeyManagementService& service, Keyrings const& keyrings,
                       Log const& log)
    : service_(service), keyrings_(keyrings), log_(log) {
    if (!service_.may_block()) return;
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void KeyRefresh::run(std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wait;
    while (!stop.stop_requested()) {
        refresh(stop);
        std::unique_lock lock(mutex);
        wait.wait_for(lock, stop, kInterval, [] { return false; });
    }
}

void KeyRefresh::refresh(std::stop_token const& stop) {
    service_.maintain();
    bool available = true;
    for (auto const& keyring : keyrings_) {
        if (stop.stop_requested()) return;
        auto const refreshed = keyring->refresh();
        if (refreshed) continue;
        if (available && available_) {
            log_.write(LogLevel::error, "keys.unavailable", field("why", refreshed.error().why));
        }
        available = false;
    }
    if (available && !available_) log_.write(LogLevel::info, "keys.available");
    available_ = available;
}

}  // namespace salus::app
