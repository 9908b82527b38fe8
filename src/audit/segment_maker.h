// Makes the next segment before it is needed, on a thread of its own, because writing and syncing
// 64 MiB of zeros takes longer than a request may wait. Thread safety: any thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "audit/volume.h"
#include "foundation/log.h"
#include "foundation/thread_annotations.h"

namespace salus::audit {

class SegmentMaker {
public:
    // Segments 1 to `made` exist. `volume` and `operational_log` outlive this.
    SegmentMaker(Volume& volume, std::filesystem::path directory, std::uint64_t segment_bytes,
                 std::uint64_t made, salus::Log const& operational_log);
    ~SegmentMaker();
    SegmentMaker(SegmentMaker const&) = delete;
    SegmentMaker& operator=(SegmentMaker const&) = delete;

    // Begins to make segments up to this number.
    void make_ahead(std::uint64_t number);
    // Waits for the segment; tries once more, here, if it could not be made ahead (space may have
    // been freed since). Errc::unavailable if that fails too.
    [[nodiscard]] Result<void> ensure(std::uint64_t number);
    [[nodiscard]] bool has(std::uint64_t number) const;

private:
    void run();

    Volume& volume_;
    std::filesystem::path const directory_;
    std::uint64_t const segment_bytes_;
    salus::Log const& log_;

    mutable Mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t made_ SALUS_GUARDED_BY(mutex_);
    std::uint64_t wanted_ SALUS_GUARDED_BY(mutex_);
    bool making_ SALUS_GUARDED_BY(mutex_) = false;
    bool stopping_ SALUS_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace salus::audit
