#include "audit/segment_maker.h"

#include "audit/segment.h"

namespace salus::audit {

SegmentMaker::SegmentMaker(Volume& volume, std::filesystem::path directory,
                           std::uint64_t segment_bytes, std::uint64_t made,
                           salus::Log const& operational_log)
    : volume_(volume),
      directory_(std::move(directory)),
      segment_bytes_(segment_bytes),
      log_(operational_log),
      made_(made),
      wanted_(made),
      thread_([this] { run(); }) {}

SegmentMaker::~SegmentMaker() {
    {
        MutexLock const lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void SegmentMaker::make_ahead(std::uint64_t number) {
    MutexLock const lock(mutex_);
    if (number <= wanted_) return;
    wanted_ = number;
    changed_.notify_all();
}

bool SegmentMaker::has(std::uint64_t number) const {
    MutexLock const lock(mutex_);
    return number <= made_;
}

Result<void> SegmentMaker::ensure(std::uint64_t number) {
    MutexLock const lock(mutex_);
    while (made_ < wanted_ || making_) changed_.wait(mutex_);
    while (made_ < number) {
        // The helper thread has nothing to do while `wanted_` is `made_`, so this is the only
        // maker.
        SALUS_TRY_VOID(volume_.create(directory_ / segment_name(made_ + 1), segment_bytes_));
        wanted_ = ++made_;
    }
    return {};
}

void SegmentMaker::run() {
    mutex_.lock();
    while (!stopping_) {
        if (made_ == wanted_) {
            changed_.wait(mutex_);
            continue;
        }
        making_ = true;
        auto const number = made_ + 1;
        mutex_.unlock();
        auto const result = volume_.create(directory_ / segment_name(number), segment_bytes_);
        if (!result) {
            log_.write(LogLevel::error, "audit.segment.failed", field("segment", number),
                       field("why", result.error().why));
        }
        mutex_.lock();
        making_ = false;
        if (result) {
            made_ = number;
        } else {
            wanted_ = made_;
        }
        changed_.notify_all();
    }
    mutex_.unlock();
}

}  // namespace salus::audit
