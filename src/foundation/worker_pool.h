// WorkerPool: threads for work that is too slow for an event loop. Each worker owns a Desk, made on
// its own thread, with everything that may not be shared between threads.
//
//   auto result = co_await pool.run(work, home);   // work: callable with Desk&, named first
//
// The queue is bounded by the requests in flight, which the listener bounds. Thread safety: run()
// from any thread; the coroutine resumes on `home`.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "foundation/task.h"

namespace salus {

template <class Desk>
class WorkerPool {
public:
    using DeskFactory = std::function<std::unique_ptr<Desk>()>;

    WorkerPool(std::size_t threads, DeskFactory const& make_desk) {
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this, make_desk] { serve(make_desk); });
        }
    }
    // Finishes what is queued.
    ~WorkerPool() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        ready_.notify_all();
        for (auto& thread : threads_) thread.join();
    }
    WorkerPool(WorkerPool const&) = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    template <class Work>
    Task<std::invoke_result_t<Work&, Desk&>> run(Work& work, Executor& home) {
        Run<Work> wait{*this, work, home, {}};
        co_return co_await wait;
    }

private:
    template <class Work>
    struct Run {
        WorkerPool& pool;
        Work& work;
        Executor& home;
        std::optional<std::invoke_result_t<Work&, Desk&>> result;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting) {
            pool.submit([this, waiting](Desk& desk) {
                result.emplace(work(desk));
                home.resume_later(waiting);
            });
        }
        auto await_resume() { return *std::move(result); }
    };

    void submit(std::function<void(Desk&)> job) {
        {
            std::lock_guard const lock(mutex_);
            queue_.push_back(std::move(job));
        }
        ready_.notify_one();
    }

    void serve(DeskFactory const& make_desk) {
        auto const desk = make_desk();
        while (true) {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            auto const job = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            job(*desk);
        }
    }

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void(Desk&)>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace salus
