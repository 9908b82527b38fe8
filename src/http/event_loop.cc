#include "http/event_loop.h"

#include <algorithm>
#include <array>
#include <memory>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "foundation/limits.h"

namespace salus::http {

Result<std::unique_ptr<EventLoop>> EventLoop::make(Clock const& clock) {
    FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    FileDescriptor wake_up(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (!epoll.valid() || !wake_up.valid() ||
        ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake_up.get(), &event) != 0) {
        return fail(Errc::internal, "an event loop could not be made");
    }
    return std::unique_ptr<EventLoop>(new EventLoop(clock, std::move(epoll), std::move(wake_up)));
}

EventLoop::EventLoop(Clock const& clock, FileDescriptor epoll, FileDescriptor wake_up)
    : clock_(clock),
      epoll_(std::move(epoll)),
      wake_up_(std::move(wake_up)),
      now_(clock.monotonic()),
      next_sweep_(now_ + limits::kSweepInterval) {}

void EventLoop::resume_later(std::coroutine_handle<> coroutine) noexcept {
    bool sleeper = false;
    {
        MutexLock const lock(mutex_);
        queue_.push_back(coroutine);
        sleeper = std::exchange(asleep_, false);
        // The write stays under the lock: once the loop may see the coroutine it may end, and the
        // loop with it.
        if (sleeper) {
            std::uint64_t const one = 1;
            [[maybe_unused]] auto const written = ::write(wake_up_.get(), &one, sizeof(one));
        }
    }
}

void EventLoop::wake() noexcept {
    MutexLock const lock(mutex_);
    asleep_ = false;
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(wake_up_.get(), &one, sizeof(one));
}

void EventLoop::stop() noexcept {
    stopped_.store(true);
    wake();
}

bool EventLoop::watch(int descriptor, Watcher& watcher, std::uint32_t events) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &watcher;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventLoop::change(int descriptor, Watcher& watcher, std::uint32_t events) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &watcher;
    SALUS_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void EventLoop::forget(int descriptor) noexcept {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void EventLoop::run(LoopOwner& owner) {
    while (!stopped_.load()) {
        dispatch(wait_time());
        resume_ready();
        if (now_ >= next_sweep_) {
            owner.on_sweep();
            next_sweep_ = now_ + limits::kSweepInterval;
        }
        owner.on_turn_end();
    }
}

// Milliseconds to sleep. The loop counts as asleep only when it has nothing to resume.
int EventLoop::wait_time() {
    MutexLock const lock(mutex_);
    if (!queue_.empty() || stopped_.load()) return 0;
    asleep_ = true;
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - now_);
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void EventLoop::dispatch(int timeout_ms) {
    std::array<epoll_event, 256> events;
    auto const count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms);
    {
        MutexLock const lock(mutex_);
        asleep_ = false;
    }
    now_ = clock_.monotonic();
    for (int i = 0; i < count; ++i) {
        auto const& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
            clear_wake_up();
        } else {
            static_cast<Watcher*>(event.data.ptr)->on_events(event.events);
        }
    }
}

void EventLoop::resume_ready() {
    {
        MutexLock const lock(mutex_);
        resuming_.swap(queue_);
    }
    for (auto const coroutine : resuming_) coroutine.resume();
    resuming_.clear();
}

void EventLoop::clear_wake_up() noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] auto const size = ::read(wake_up_.get(), &count, sizeof(count));
}

}  // namespace salus::http
