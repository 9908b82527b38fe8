// How the receiver of syslog stands, for who shows it. Any thread.
#pragma once

#include <atomic>
#include <optional>

#include "foundation/thread_annotations.h"
#include "syslog/status.h"

namespace salus::app {

class SyslogState {
public:
    void keep(syslog::Status status) {
        alarm_ = status.is_alarming;
        MutexLock const lock(mutex_);
        status_ = std::move(status);
    }
    // Nothing: no round was made since the start, or no receiver is configured.
    [[nodiscard]] std::optional<syslog::Status> status() const {
        MutexLock const lock(mutex_);
        return status_;
    }
    // Whether the receiver has been behind for so long that people must look.
    [[nodiscard]] std::atomic<bool> const& alarm() const noexcept { return alarm_; }

private:
    mutable Mutex mutex_;
    std::optional<syslog::Status> status_ SALUS_GUARDED_BY(mutex_);
    std::atomic<bool> alarm_ = false;
};

}  // namespace salus::app
