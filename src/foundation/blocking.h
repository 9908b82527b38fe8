// Running tasks outside an event loop: tests and the command line.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <mutex>
#include <optional>

#include "foundation/task.h"

namespace salus {

// An executor whose thread is the one that calls run(). resume_later from any thread.
class BlockingExecutor final : public Executor {
public:
    void resume_later(std::coroutine_handle<> coroutine) noexcept override;

    // Runs the task to its end on this thread, sleeping while it waits for other threads.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> value;
        bool done = false;
        detach(finish(std::move(task), value, done));
        while (!done) resume_next();  // NOLINT(bugprone-infinite-loop): a resumed task sets it
        return *std::move(value);
    }

private:
    template <class T>
    static Task<void> finish(Task<T> task, std::optional<T>& value, bool& done) {
        value.emplace(co_await std::move(task));
        done = true;
    }
    void resume_next();

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::coroutine_handle<>> queue_;
};

}  // namespace salus
