// Task<T>: a coroutine that starts when awaited and gives its T to the one who awaits it.
//
// Rules (docs/decisions/0006-coroutines.md):
//  - Parameters by value, or references to objects that outlive the server.
//  - Inside `co_await f(...)` the arguments are names, std::move(name), literals or function calls;
//    never a brace, a lambda or a conditional (g++ 12 destroys such temporaries twice).
//  - No lock is held across co_await.
// Thread safety: a Task belongs to one thread at a time; an Executor carries it between threads.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "foundation/check.h"

namespace salus {

template <class T = void>
class Task;

// Where coroutines are resumed: an event loop, or a thread that waits.
class Executor {
public:
    virtual ~Executor() = default;
    // Resumes the coroutine on this executor's own thread, soon. Callable from any thread.
    virtual void resume_later(std::coroutine_handle<> coroutine) noexcept = 0;
};

namespace task_detail {

struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
        auto const next = finished.promise().continuation;
        return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> continuation;
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
    // Rooms turn library exceptions into errors; what arrives here is a bug or no memory left.
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() { return *std::move(value); }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = task_detail::Promise<T>;

    explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    Task(Task const&) = delete;
    Task& operator=(Task const&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        coroutine_.promise().continuation = awaiting;
        return coroutine_;
    }
    T await_resume() { return coroutine_.promise().take(); }

private:
    std::coroutine_handle<promise_type> coroutine_;
};

namespace task_detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

struct Detached {
    struct promise_type {
        [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
};

inline Detached run_detached(Task<void> task) {
    co_await std::move(task);
}

}  // namespace task_detail

// Starts the task now, on this thread; its frame frees itself at the end. Only an owner that waits
// for the end by other means (a server counting its requests) may detach.
inline void detach(Task<void> task) {
    task_detail::run_detached(std::move(task));
}

}  // namespace salus
