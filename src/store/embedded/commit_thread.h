// The thread that owns the writing connection: group commit and checkpoints.
//
// It takes what is queued, performs each job inside a savepoint of one transaction, commits, and
// only then tells the waiters. A job that conflicts is rolled back to its savepoint and the others
// are not touched.
//
// Checkpoints run on this same connection, between transactions, because a second connection that
// checkpoints can lose commits (the WAL-reset bug) and loses against a busy writer anyway.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <thread>
#include <variant>

#include "foundation/limits.h"
#include "foundation/log.h"
#include "foundation/task.h"
#include "foundation/thread_annotations.h"
#include "store/embedded/writer.h"

namespace salus::store::embedded {

struct EraseSlice {
    CompartmentId compartment;
};
struct ExpireSlice {
    std::int64_t now = 0;
};
// Everything removed is overwritten in the file, and the WAL that still had it is emptied.
struct EmptyWal {};

struct RetireKeys {
    CompartmentId compartment;
    std::uint32_t key_version = 0;
};

inline constexpr std::size_t kPageBytes = 8192;  // of the store's file

struct Job {
    std::variant<Batch, IndexPage, EraseSlice, ExpireSlice, EmptyWal, std::vector<Reseal>,
                 std::vector<Retoken>, RetireKeys>
        work;
    Executor& home;
    Result<std::uint64_t> result = 0;  // documents removed
    std::coroutine_handle<> waiting{};
};

class CommitThread {
public:
    // The log outlives the thread.
    CommitThread(Writer writer, Log const& log);
    // Finishes what is queued.
    ~CommitThread();
    CommitThread(CommitThread const&) = delete;
    CommitThread& operator=(CommitThread const&) = delete;

    // Performs the job durably and resumes on its home; at once, with Errc::unavailable, when the
    // queue is full. The job stands until then. Any thread.
    auto perform(Job& job) noexcept { return Performance{*this, job}; }

private:
    struct Performance {
        CommitThread& thread;
        Job& job;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting) const {
            return thread.submit(job, waiting);
        }
        Result<std::uint64_t> await_resume() const { return std::move(job.result); }
    };
    using Group = std::vector<Job*>;

    // False, and the job's result is an error, when the queue is full.
    bool submit(Job& job, std::coroutine_handle<> waiting);
    void serve();
    // Waits for work; empty at the end.
    Group take();
    void perform_group(Group const& group);
    Result<void> transact(Group const& group);
    Result<void> perform_in_savepoint(Job& job);
    Result<std::uint64_t> perform_in_transaction(Job& job);
    void note_failure(Error const& error);
    void checkpoint(sqlite::CheckpointMode mode);
    void checkpoint_if_due();
    [[nodiscard]] bool idle();

    Log const& log_;
    // Only the thread touches these.
    Writer writer_;
    bool refuses_ = false;  // an I/O error happened: what is on the disk is not known
    // A reader that stays, a backup above all, must not cost every group a wait: the log grows by
    // this much before the next attempt to begin it anew.
    std::size_t wal_pages_due_ = limits::kWalBytes / kPageBytes;

    Mutex mutex_;
    std::condition_variable_any ready_;
    std::deque<Job*> queue_ SALUS_GUARDED_BY(mutex_);
    bool stopping_ SALUS_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace salus::store::embedded
