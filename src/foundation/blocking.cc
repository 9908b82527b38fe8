#include "foundation/blocking.h"

namespace salus {

void BlockingExecutor::resume_later(std::coroutine_handle<> coroutine) noexcept {
    std::lock_guard const lock(mutex_);
    queue_.push_back(coroutine);
    // Notified under the lock: the waiting thread may destroy this object right after it wakes.
    ready_.notify_one();
}

void BlockingExecutor::resume_next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return !queue_.empty(); });
    auto const coroutine = queue_.front();
    queue_.pop_front();
    lock.unlock();
    coroutine.resume();
}

}  // namespace salus
