#include "store/embedded/commit_thread.h"

#include "foundation/limits.h"

namespace salus::store::embedded {
namespace {

constexpr std::size_t kWalPagesIdle = limits::kWalBytesIdle / kPageBytes;
constexpr std::size_t kWalPages = limits::kWalBytes / kPageBytes;

std::size_t bytes_of(Job const& job) {
    if (auto const* const page = std::get_if<IndexPage>(&job.work))
        return page->page.bytes().size();
    std::size_t bytes = 0;
    if (auto const* const records = std::get_if<std::vector<Reseal>>(&job.work)) {
        for (auto const& each : *records) {
            if (each.document) bytes += each.document->to.bytes().size();
        }
        return bytes;
    }
    auto const* const batch = std::get_if<Batch>(&job.work);
    if (batch == nullptr) return 0;
    for (auto const& write : batch->writes) bytes += write.document.bytes().size();
    return bytes;
}

// An answer about this job alone; every other error is one about the disk.
bool concerns_the_job(Error const& error) {
    return error.code == Errc::conflict || error.code == Errc::invalid;
}

}  // namespace

CommitThread::CommitThread(Writer writer, Log const& log)
    : log_(log), writer_(std::move(writer)), thread_([this] { serve(); }) {}

CommitThread::~CommitThread() {
    {
        MutexLock const lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    thread_.join();
}

bool CommitThread::submit(Job& job, std::coroutine_handle<> waiting) {
    job.waiting = waiting;
    {
        MutexLock const lock(mutex_);
        if (queue_.size() >= limits::kStoreQueue) {
            job.result = fail(Errc::unavailable, "too many commits are waiting");
            return false;
        }
        queue_.push_back(&job);
    }
    // The job may be finished and gone from here on.
    ready_.notify_one();
    return true;
}

CommitThread::Group CommitThread::take() {
    Group group;
    std::size_t bytes = 0;
    MutexLock const lock(mutex_);
    while (queue_.empty() && !stopping_) ready_.wait(mutex_);
    while (!queue_.empty() && group.size() < limits::kCommitBatch &&
           bytes < limits::kCommitBatchBytes) {
        group.push_back(queue_.front());
        bytes += embedded::bytes_of(*queue_.front());
        queue_.pop_front();
    }
    return group;
}

void CommitThread::serve() {
    while (true) {
        auto const group = take();
        if (group.empty()) break;
        perform_group(group);
        checkpoint_if_due();
    }
    // A store that was closed in good order starts without recovery.
    if (!refuses_) checkpoint(sqlite::CheckpointMode::truncate);
}

void CommitThread::perform_group(Group const& group) {
    auto const outcome = transact(group);
    if (!outcome) note_failure(outcome.error());
    for (auto* const job : group) {
        // Also what looked like a conflict: it may have been one with a write that did not happen.
        if (!outcome) job->result = fail(Errc::unavailable, "the store cannot write");
        job->home.resume_later(job->waiting);
    }
}

Result<void> CommitThread::transact(Group const& group) {
    if (refuses_) return fail(Errc::unavailable, "the store cannot write");
    {
        SALUS_TRY(auto transaction, sqlite::Transaction::begin(writer_.database()));
        for (auto* const job : group) SALUS_TRY_VOID(perform_in_savepoint(*job));
        SALUS_TRY_VOID(transaction.commit());
    }
    for (auto const* const job : group) {
        if (!std::holds_alternative<EmptyWal>(job->work)) continue;
        checkpoint(sqlite::CheckpointMode::truncate);
        break;
    }
    return {};
}

// An error is one that ends the transaction; a conflict is the job's own result.
Result<void> CommitThread::perform_in_savepoint(Job& job) {
    SALUS_TRY_VOID(writer_.begin_job());
    job.result = perform_in_transaction(job);
    if (!job.result) {
        if (!concerns_the_job(job.result.error())) return fail(job.result.error());
        SALUS_TRY_VOID(writer_.undo_job());
    }
    return writer_.end_job();
}

Result<std::uint64_t> CommitThread::perform_in_transaction(Job& job) {
    if (auto const* const batch = std::get_if<Batch>(&job.work)) {
        SALUS_TRY_VOID(writer_.apply(*batch));
        return 0;
    }
    if (auto const* const page = std::get_if<IndexPage>(&job.work)) {
        SALUS_TRY_VOID(writer_.keep_page(*page));
        return 0;
    }
    if (auto const* const records = std::get_if<std::vector<Reseal>>(&job.work)) {
        SALUS_TRY_VOID(writer_.reseal(*records));
        return 0;
    }
    if (auto const* const records = std::get_if<std::vector<Retoken>>(&job.work)) {
        SALUS_TRY_VOID(writer_.retoken(*records));
        return 0;
    }
    if (auto const* const keys = std::get_if<RetireKeys>(&job.work)) {
        SALUS_TRY_VOID(writer_.retire_keys(keys->compartment, keys->key_version));
        return 0;
    }
    if (auto const* const slice = std::get_if<EraseSlice>(&job.work)) {
        return writer_.erase(slice->compartment);
    }
    if (auto const* const slice = std::get_if<ExpireSlice>(&job.work)) {
        return writer_.expire(slice->now);
    }
    return 0;
}

// A full disk or a lock held elsewhere leaves a rolled-back transaction and a known state. After
// anything else, a failed fsync above all, the kernel may have dropped pages that it reports as
// written: trying again could acknowledge what is not there.
void CommitThread::note_failure(Error const& error) {
    if (refuses_) return;
    auto const failure = writer_.database().last_failure();
    bool const recovers =
        error.code == Errc::unavailable &&
        (failure == sqlite::Failure::disk_full || failure == sqlite::Failure::busy);
    refuses_ = !recovers;
    log_.write(LogLevel::error, "store.cannot_write", field("reason", error.why),
               field("until_reopened", refuses_));
}

void CommitThread::checkpoint(sqlite::CheckpointMode mode) {
    auto const done = writer_.database().checkpoint(mode);
    if (done) return;
    // A reader was in the way: the WAL grows until the next attempt.
    if (writer_.database().last_failure() == sqlite::Failure::busy) return;
    note_failure(done.error());
}

void CommitThread::checkpoint_if_due() {
    if (refuses_) return;
    auto const pages = writer_.database().wal_pages();
    if (pages < kWalPages) wal_pages_due_ = kWalPages;
    if (pages >= wal_pages_due_) {
        // Not truncate: overwriting a file costs fewer syncs of the file system than growing one.
        checkpoint(sqlite::CheckpointMode::restart);
        wal_pages_due_ = pages + kWalPagesIdle;
    } else if (pages >= kWalPagesIdle && idle()) {
        checkpoint(sqlite::CheckpointMode::passive);
    }
}

bool CommitThread::idle() {
    MutexLock const lock(mutex_);
    return queue_.empty();
}

}  // namespace salus::store::embedded
