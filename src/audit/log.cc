#include "audit/log.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "audit/access.h"
#include "audit/appender.h"
#include "audit/file_log.h"
#include "audit/leaf.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "foundation/thread_annotations.h"

namespace salus::audit {
namespace {

bool is_origin(std::string_view origin) {
    return !origin.empty() && origin.size() <= kOriginBytes &&
           std::ranges::all_of(
               origin, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

class FileLog final : public Log {
public:
    FileLog(FileLock lock, std::unique_ptr<Volume> volume, std::unique_ptr<SegmentMaker> maker,
            std::unique_ptr<Appender> appender, Status status, salus::Log const& operational_log)
        : lock_(std::move(lock)),
          volume_(std::move(volume)),
          maker_(std::move(maker)),
          appender_(std::move(appender)),
          operational_log_(operational_log),
          status_(status),
          thread_([this] { run(); }) {}

    ~FileLog() override {
        {
            MutexLock const lock(mutex_);
            stopping_ = true;
            ready_.notify_one();
        }
        thread_.join();
    }

    Task<Result<std::vector<Position>>> append(std::vector<Record> records,
                                               Executor& home) override {
        if (records.empty()) co_return std::vector<Position>{};
        Waiter waiter(*this, home, records);
        co_await waiter;
        if (waiter.error) co_return std::unexpected(*waiter.error);
        co_return std::move(waiter.positions);
    }

    Status status() const override {
        MutexLock const lock(mutex_);
        auto status = status_;
        status.spare_ready = maker_->has(status.segments + 1);
        return status;
    }

private:
    // One append that waits; lives in its coroutine's frame, linked into the queue.
    struct Waiter {
        Waiter(FileLog& owner, Executor& where, std::vector<Record> const& what)
            : log(owner), home(where), records(what) {
            positions.reserve(what.size());
        }
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting) {
            coroutine = waiting;
            log.submit(*this);
        }
        void await_resume() const noexcept {}

        FileLog& log;
        Executor& home;
        std::vector<Record> const& records;
        std::vector<Position> positions;
        std::optional<Error> error;
        std::coroutine_handle<> coroutine;
        Waiter* next = nullptr;
    };

    // First in, first out.
    struct Line {
        Waiter* first = nullptr;
        Waiter* last = nullptr;

        void push(Waiter& waiter) {
            (first == nullptr ? first : last->next) = &waiter;
            last = &waiter;
        }
        Waiter& pop() {
            auto& waiter = *first;
            first = waiter.next;
            waiter.next = nullptr;
            return waiter;
        }
        [[nodiscard]] bool empty() const noexcept { return first == nullptr; }
    };

    // After it is queued or resumed the waiter may be gone: nothing may touch it.
    void submit(Waiter& waiter) {
        {
            MutexLock const lock(mutex_);
            bool const full = queued_ + waiter.records.size() > limits::kAuditQueueEntries;
            if (status_.state == State::open && !stopping_ && !full) {
                queued_ += waiter.records.size();
                queue_.push(waiter);
                if (idle_) ready_.notify_one();
                return;
            }
        }
        refuse(waiter, Errc::unavailable, "the audit log takes no records");
    }

    static void refuse(Waiter& waiter, Errc code, Literal why) {
        waiter.positions.clear();
        waiter.error = Error{code, why, {}};
        waiter.home.resume_later(waiter.coroutine);
    }

    static void refuse_all(Line line) {
        while (!line.empty()) {
            refuse(line.pop(), Errc::unavailable, "the audit log could not be written");
        }
    }

    void run() {
        while (true) {
            Line line;
            {
                MutexLock const lock(mutex_);
                idle_ = true;
                while (queue_.empty() && !stopping_) ready_.wait(mutex_);
                idle_ = false;
                if (queue_.empty()) return;
                line = std::exchange(queue_, Line{});
                queued_ = 0;
            }
            while (!line.empty()) write_batch(line);
        }
    }

    // Takes as many as one batch holds, makes them durable, resumes them.
    void write_batch(Line& line) {
        Line batch;
        std::uint64_t records = 0;
        auto result = fill(line, batch, records);
        if (result) result = appender_->commit();
        if (!result) {
            poison(result.error().why);
            refuse_all(batch);
            refuse_all(std::exchange(line, Line{}));
            return;
        }
        if (batch.empty()) return;
        publish(records);
        while (!batch.empty()) {
            auto const& waiter = batch.pop();
            waiter.home.resume_later(waiter.coroutine);
        }
    }

    Result<void> fill(Line& line, Line& batch, std::uint64_t& records) {
        while (!line.empty()) {
            auto& waiter = *line.first;
            auto const room = appender_->room_for(waiter.records);
            if (room == Appender::Room::never) {
                refuse(line.pop(), Errc::too_large, "the audit records do not fit into a segment");
                continue;
            }
            if (!appender_->has_room_for_intents(waiter.records)) {
                refuse(line.pop(), Errc::unavailable, "too many intents without outcome");
                continue;
            }
            if (room != Appender::Room::now) {
                if (!batch.empty()) return {};
                SALUS_TRY_VOID(appender_->begin_segment());
                continue;
            }
            appender_->add(waiter.records, waiter.positions);
            records += waiter.records.size();
            batch.push(line.pop());
        }
        return {};
    }

    void publish(std::uint64_t records) {
        auto const& chain = appender_->chain();
        if (auto const changes = appender_->clock_changes(); changes > clock_changes_) {
            clock_changes_ = changes;
            operational_log_.write(LogLevel::error, "audit.clock_changed",
                                   field("changes", changes));
        }
        MutexLock const lock(mutex_);
        status_.size = chain.range.size();
        status_.root = appender_->root();
        status_.batches += 1;
        status_.records += records;
        status_.segments = appender_->segment();
        status_.open_intents = chain.open_intents->size();
    }

    // AUD-2: from here on nothing is recorded, so nothing may be released.
    void poison(Literal why) {
        Line waiting;
        {
            MutexLock const lock(mutex_);
            status_.state = State::poisoned;
            waiting = std::exchange(queue_, Line{});
            queued_ = 0;
        }
        operational_log_.write(LogLevel::error, "audit.poisoned", field("why", why));
        refuse_all(waiting);
    }

    FileLock lock_;
    std::unique_ptr<Volume> volume_;
    std::unique_ptr<SegmentMaker> maker_;
    std::unique_ptr<Appender> appender_;  // the writer thread's alone
    std::uint64_t clock_changes_ = 0;     // that the operator was told of; likewise
    salus::Log const& operational_log_;

    mutable Mutex mutex_;
    std::condition_variable_any ready_;
    Line queue_ SALUS_GUARDED_BY(mutex_);
    std::size_t queued_ SALUS_GUARDED_BY(mutex_) = 0;  // records
    bool idle_ SALUS_GUARDED_BY(mutex_) = false;
    bool stopping_ SALUS_GUARDED_BY(mutex_) = false;
    Status status_ SALUS_GUARDED_BY(mutex_);
    std::thread thread_;
};

// Says in the log itself that a torn tail was cut: nobody was promised what it held.
Result<void> record_recovery(Appender& appender, std::uint64_t cut_bytes) {
    if (cut_bytes == 0) return {};
    std::vector<Record> records;
    SALUS_TRY(auto record, LeafBuilder(Event::recovered, Outcome::ok)
                               .number("cut", static_cast<std::int64_t>(cut_bytes))
                               .build());
    records.push_back(std::move(record));
    std::vector<Position> positions;
    if (appender.room_for(records) != Appender::Room::now) {
        SALUS_TRY_VOID(appender.begin_segment());
    }
    appender.add(records, positions);
    return appender.commit();
}

}  // namespace

Result<Log::Opened> open_log(Options const& options, std::unique_ptr<Volume> volume,
                             Clock const& clock, salus::Log const& operational_log) {
    auto const bytes = options.segment_bytes;
    if (!is_origin(options.origin) ||
        (bytes != 0 && (bytes < kSmallestSegmentBytes || bytes > limits::kAuditSegmentBytes ||
                        bytes % kSectorBytes != 0))) {
        return fail(Errc::invalid, "the audit log's origin or segment size is not valid");
    }
    SALUS_TRY_VOID(make_log_directory(options.directory));
    SALUS_TRY(auto lock, FileLock::acquire(options.directory / "lock"));
    SALUS_TRY(auto end, recover(options, *volume));
    auto open_intents = std::move(end.open_intents);
    auto const cut_bytes = end.cut_bytes;
    WallTime const newest{std::chrono::microseconds(end.chain.time)};
    if (cut_bytes > 0) {
        operational_log.write(LogLevel::warning, "audit.recovered", field("cut_bytes", cut_bytes),
                              field("leaves", end.chain.range.size()));
    }
    auto maker = std::make_unique<SegmentMaker>(*volume, options.directory, end.segment_bytes,
                                                end.files, operational_log);
    SALUS_TRY(auto appender,
              Appender::make(options.directory, std::move(end), *volume, *maker, clock));
    SALUS_TRY_VOID(record_recovery(*appender, cut_bytes));
    Status status;
    status.size = appender->chain().range.size();
    status.root = appender->chain().range.root();
    status.recovered_bytes = cut_bytes;
    status.segments = appender->segment();
    status.open_intents = appender->chain().open_intents->size();
    return Log::Opened{
        std::make_unique<FileLog>(std::move(lock), std::move(volume), std::move(maker),
                                  std::move(appender), status, operational_log),
        std::move(open_intents), newest};
}

Result<Log::Opened> Log::open(Options const& options, Clock const& clock,
                              salus::Log const& operational_log) {
    return open_log(options, std::make_unique<DiskVolume>(), clock, operational_log);
}

}  // namespace salus::audit
