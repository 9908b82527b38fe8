#include "mirror/replication.h"

#include <algorithm>
#include <iterator>

#include "foundation/blocking.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;
using transparency::SigningState;

constexpr auto kFirstPause = 20ms;  // after a failed round; doubled after each further one
constexpr unsigned kDoublingsMost = 6;

constexpr Literal kTooLong = "the mirror did not acknowledge the record in time";
constexpr Literal kAway = "the mirror does not acknowledge";

}  // namespace

// Lives in the coroutine that waits. After it is resumed it may be gone.
struct Replication::Waiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
        coroutine = waiting;
        return owner.join(*this);
    }
    void await_resume() const noexcept {}

    Replication& owner;
    std::uint64_t size = 0;
    Executor& home;
    Time until{};
    std::optional<Error> error{};
    std::coroutine_handle<> coroutine{};
};

Replication::Replication(Options options, audit::Log const& log, std::unique_ptr<Mirror> mirror,
                         std::function<void(Status const&)> tell)
    : options_(std::move(options)),
      log_(log),
      mirror_(std::move(mirror)),
      pieces_(options_.directory, options_.origin),
      tell_(std::move(tell)),
      sending_([this] { send(); }),
      watching_([this] { watch(); }) {}

Replication::~Replication() {
    {
        MutexLock const lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    sending_.join();
    watching_.join();
}

Task<Result<void>> Replication::acknowledged(std::uint64_t size, Executor& home) {
    Waiter waiter{.owner = *this, .size = size, .home = home};
    co_await waiter;
    if (waiter.error) co_return std::unexpected(*waiter.error);
    co_return Result<void>();
}

Result<void> Replication::wait_for(std::uint64_t size) {
    BlockingExecutor executor;
    auto waited = executor.run(acknowledged(size, executor));
    MutexLock const lock(mutex_);
    if (!waited && finding_) return std::unexpected(*finding_);
    return waited;
}

transparency::AcknowledgingStatus Replication::status() const {
    MutexLock const lock(mutex_);
    return status_;
}

std::optional<Error> Replication::refusal() const {
    if (is_stopping_ || status_.state == SigningState::closed) {
        return Error{Errc::unavailable, kAway, {}};
    }
    return std::nullopt;
}

bool Replication::join(Waiter& waiter) {
    MutexLock const lock(mutex_);
    if (has_contact_ && waiter.size <= status_.size) return false;
    waiter.error = refusal();
    if (waiter.error) return false;
    waiter.until = std::chrono::steady_clock::now() + options_.patience;
    waiting_.push_back(&waiter);
    wanted_ = std::max(wanted_, waiter.size);
    changed_.notify_all();
    return true;
}

bool Replication::has_work() const {
    bool const is_away = status_.state == SigningState::closed;
    return !finding_ && (!has_contact_ || is_away || wanted_ > status_.size);
}

void Replication::send() {
    while (true) {
        {
            MutexLock const lock(mutex_);
            auto const pause = kFirstPause * (1U << std::min(failures_, kDoublingsMost));
            auto const next = std::chrono::steady_clock::now() + pause;
            while (!is_stopping_ && failures_ > 0) {
                if (changed_.wait_until(mutex_, next) == std::cv_status::timeout) break;
            }
            while (!is_stopping_ && !has_work()) changed_.wait(mutex_);
            if (is_stopping_) return;
        }
        conclude(round());
    }
}

// All that is durable here at its beginning.
Result<void> Replication::round() {
    auto const durable = log_.status().size;
    bool has_moved = false;
    while (true) {
        SALUS_TRY(auto const* const piece, pieces_.next(durable));
        SALUS_TRY(auto const answer, mirror_->keep_entries(*piece));
        if (answer.size > log_.status().size) {
            return fail(Errc::corrupt, "the mirror has a longer log than this");
        }
        if (!answer.taken) {
            if (has_moved) return fail(Errc::unavailable, "the mirror serves somebody else too");
            has_moved = true;
            note_lost(answer.size);
            pieces_.move_to(answer.size);
            continue;
        }
        has_moved = false;
        pieces_.pass();
        acknowledge(answer.size);
        if (answer.size >= durable) return {};
    }
}

// The mirror says with its answer that what it has up to there is this log.
void Replication::acknowledge(std::uint64_t size) {
    std::vector<Waiter*> done;
    {
        MutexLock const lock(mutex_);
        has_contact_ = true;
        status_.size = size;
        if (status_.state == SigningState::closed) changed_.notify_all();
        status_.state = SigningState::ok;
        auto const is_done = [size](Waiter const* waiter) { return waiter->size <= size; };
        std::ranges::copy_if(waiting_, std::back_inserter(done), is_done);
        std::erase_if(waiting_, is_done);
    }
    resume(done);
}

void Replication::note_lost(std::uint64_t size) {
    MutexLock const lock(mutex_);
    if (size >= status_.size) return;
    status_.lost += status_.size - size;
    status_.size = size;
    changed_.notify_all();
}

void Replication::conclude(Result<void> const& result) {
    MutexLock const lock(mutex_);
    failures_ = result ? 0 : failures_ + 1;
    status_.why = result ? Literal() : result.error().why;
    if (!result && result.error().code == Errc::corrupt) {
        finding_ = result.error();
        status_.state = SigningState::closed;
        changed_.notify_all();
    }
}

// Who has waited too long; all, when nobody will be acknowledged any more.
std::vector<Replication::Waiter*> Replication::take_expired(Time now) {
    bool const all = is_stopping_ || finding_;
    auto const first_to_stay = std::ranges::find_if(
        waiting_, [&](Waiter const* waiter) { return !all && waiter->until > now; });
    std::vector<Waiter*> expired(waiting_.begin(), first_to_stay);
    waiting_.erase(waiting_.begin(), first_to_stay);
    if (!expired.empty()) status_.state = SigningState::closed;
    for (auto* waiter : expired) waiter->error = Error{Errc::unavailable, kTooLong, {}};
    return expired;
}

void Replication::watch() {
    Status told;
    while (true) {
        std::vector<Waiter*> expired;
        Status now;
        bool is_last = false;
        {
            MutexLock const lock(mutex_);
            expired = take_expired(std::chrono::steady_clock::now());
            while (expired.empty() && !is_stopping_ && status_.state == told.state &&
                   status_.lost == told.lost) {
                if (waiting_.empty()) {
                    changed_.wait(mutex_);
                } else {
                    changed_.wait_until(mutex_, Time(waiting_.front()->until));
                }
                expired = take_expired(std::chrono::steady_clock::now());
            }
            now = status_;
            is_last = is_stopping_;
        }
        resume(expired);
        if (is_last) return;
        if (tell_) tell_(now);
        told = now;
    }
}

void Replication::resume(std::vector<Waiter*> const& waiters) {
    for (auto* waiter : waiters) waiter->home.resume_later(waiter->coroutine);
}

}  // namespace salus::mirror
