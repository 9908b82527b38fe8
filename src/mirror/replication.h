// Strict mode, the server's side of one log (AUD-4): sends each leaf to the mirror as soon as it is
// durable here, and lets whoever recorded it go on when it is durable there. What is durable when a
// round trip begins goes with it, so those who wait at once share one.
//
// State:
//   ok       nobody has waited longer than Options::patience
//   closed   somebody has: appends are refused at once until the mirror acknowledges again, which
//            is tried without end; or the mirror has another log than this, until the next start
//
// Two threads of its own: one sends and blocks, one gives up on who has waited too long. Thread
// safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "foundation/thread_annotations.h"
#include "mirror/log_pieces.h"
#include "transparency/acknowledging.h"

namespace salus::mirror {

class Replication final : public transparency::Acknowledging {
public:
    using Status = transparency::AcknowledgingStatus;
    struct Options {
        std::filesystem::path directory;  // of the log
        std::string origin;
        std::chrono::milliseconds patience{0};  // that a record waits at most
    };
    // `log` outlives this. `tell` may be empty; it is called on a thread of this with each change
    // of state, and when leaves were lost there.
    Replication(Options options, audit::Log const& log, std::unique_ptr<Mirror> mirror,
                std::function<void(Status const&)> tell);
    // Whoever waits is refused.
    ~Replication() override;
    Replication(Replication const&) = delete;
    Replication& operator=(Replication const&) = delete;

    [[nodiscard]] Task<Result<void>> acknowledged(std::uint64_t size, Executor& home) override;
    [[nodiscard]] Status status() const override;
    // As acknowledged(), on a thread that may block. Errc::corrupt: the mirror has another log.
    [[nodiscard]] Result<void> wait_for(std::uint64_t size);

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Waiter;

    // False: decided, and the waiter goes on at once.
    [[nodiscard]] bool join(Waiter& waiter);
    void send();
    [[nodiscard]] Result<void> round();
    void acknowledge(std::uint64_t size);
    void note_lost(std::uint64_t size);
    void conclude(Result<void> const& result);
    void watch();
    [[nodiscard]] std::vector<Waiter*> take_expired(Time now) SALUS_REQUIRES(mutex_);
    [[nodiscard]] bool has_work() const SALUS_REQUIRES(mutex_);
    [[nodiscard]] std::optional<Error> refusal() const SALUS_REQUIRES(mutex_);
    static void resume(std::vector<Waiter*> const& waiters);

    Options const options_;
    audit::Log const& log_;
    std::unique_ptr<Mirror> const mirror_;           // the sending thread's
    LogPieces pieces_;                               // likewise
    std::function<void(Status const&)> const tell_;  // the watching thread's

    mutable Mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Waiter*> waiting_ SALUS_GUARDED_BY(mutex_);  // as they came
    Status status_ SALUS_GUARDED_BY(mutex_);
    std::optional<Error> finding_ SALUS_GUARDED_BY(mutex_);
    std::uint64_t wanted_ SALUS_GUARDED_BY(mutex_) = 0;  // the largest size that somebody waits for
    bool has_contact_ SALUS_GUARDED_BY(mutex_) = false;
    bool is_stopping_ SALUS_GUARDED_BY(mutex_) = false;
    unsigned failures_ SALUS_GUARDED_BY(mutex_) = 0;  // rounds since the last that went well
    std::thread sending_;
    std::thread watching_;
};

}  // namespace salus::mirror
