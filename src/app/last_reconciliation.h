// What the last reconciliation of store and audit logs found, for who shows it. Any thread.
#pragma once

#include <atomic>
#include <optional>

#include "foundation/clock.h"
#include "foundation/literal.h"
#include "foundation/thread_annotations.h"

namespace salus::app {

class LastReconciliation {
public:
    struct Summary {
        WallTime ended;
        std::uint64_t rows = 0;
        std::uint64_t writes = 0;
        std::uint64_t findings = 0;
        std::chrono::milliseconds took{0};
        Literal failed{};  // why it could not be made; empty: it was
    };

    void keep(Summary const& summary) {
        MutexLock const lock(mutex_);
        last_ = summary;
        alarm_ = summary.findings > 0 || !summary.failed.empty();
    }
    // Nothing: none has ended since the start.
    [[nodiscard]] std::optional<Summary> last() const {
        MutexLock const lock(mutex_);
        return last_;
    }
    // Whether people must look at what the last one found.
    [[nodiscard]] std::atomic<bool> const& alarm() const noexcept { return alarm_; }

private:
    mutable Mutex mutex_;
    std::optional<Summary> last_ SALUS_GUARDED_BY(mutex_);
    std::atomic<bool> alarm_ = false;
};

}  // namespace salus::app
