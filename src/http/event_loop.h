// One thread's event loop: epoll, coroutines to resume, and a coarse timer. Level-triggered, so a
// watcher may leave bytes unread; nothing is registered anew in the usual path of a request.
// Thread safety: resume_later(), wake() and stop() from any thread; everything else on the loop's.
#pragma once

#include <atomic>
#include <coroutine>
#include <vector>

#include "foundation/clock.h"
#include "foundation/file.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_annotations.h"

namespace salus::http {

// Something with a descriptor in the loop.
class Watcher {
public:
    virtual ~Watcher() = default;
    // The events are epoll's (EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP).
    virtual void on_events(std::uint32_t events) = 0;
};

// The owner of a loop's watchers.
class LoopOwner {
public:
    virtual ~LoopOwner() = default;
    // About every limits::kSweepInterval.
    virtual void on_sweep() = 0;
    // After each turn: the place to delete watchers, because none is being called.
    virtual void on_turn_end() = 0;
};

class EventLoop final : public Executor {
public:
    static Result<std::unique_ptr<EventLoop>> make(Clock const& clock);

    void resume_later(std::coroutine_handle<> coroutine) noexcept override;
    void wake() noexcept;
    void stop() noexcept;

    // The watcher outlives its registration. False when the system has no room for it.
    [[nodiscard]] bool watch(int descriptor, Watcher& watcher, std::uint32_t events) noexcept;
    void change(int descriptor, Watcher& watcher, std::uint32_t events) noexcept;
    void forget(int descriptor) noexcept;

    // Runs until stop().
    void run(LoopOwner& owner);
    // When this turn began.
    [[nodiscard]] MonotonicTime now() const noexcept { return now_; }

private:
    EventLoop(Clock const& clock, FileDescriptor epoll, FileDescriptor wake_up);
    int wait_time();
    void dispatch(int timeout_ms);
    void resume_ready();
    void clear_wake_up() noexcept;

    Clock const& clock_;
    FileDescriptor epoll_;
    FileDescriptor wake_up_;  // an eventfd, written only when the loop sleeps
    std::atomic<bool> stopped_{false};
    MonotonicTime now_;
    MonotonicTime next_sweep_;
    std::vector<std::coroutine_handle<>> resuming_;
    Mutex mutex_;
    std::vector<std::coroutine_handle<>> queue_ SALUS_GUARDED_BY(mutex_);
    bool asleep_ SALUS_GUARDED_BY(mutex_) = false;
};

}  // namespace salus::http
