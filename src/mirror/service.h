// A mirror at work: all its logs. Thread safety: any thread; one at a time is served.
#pragma once

#include <map>

#include "foundation/thread_annotations.h"
#include "mirror/home.h"

namespace salus::mirror {

class Service {
public:
    // Every log that is there, or none: Errc::corrupt when one cannot be trusted. What is borrowed
    // outlives this.
    static Result<std::unique_ptr<Service>> open(Home const& home, Clock const& clock,
                                                 Alarms& alarms);

    // As Mirror says; `connection` tells apart who brings entries.
    [[nodiscard]] Result<EntriesAnswer> add_entries(std::string const& connection,
                                                    Entries const& entries);
    [[nodiscard]] Result<EntriesAnswer> keep_entries(RootedEntries const& rooted);
    [[nodiscard]] Result<CheckpointAnswer> add_checkpoint(
        std::string const& connection, transparency::Continuation const& request);
    // Raises the alarm for each log of which nothing was cosigned for so long.
    void watch(std::chrono::seconds silence);
    [[nodiscard]] std::size_t log_count() const;

private:
    Service() = default;

    mutable Mutex mutex_;
    std::map<std::string, MirroredLog, std::less<>> logs_ SALUS_GUARDED_BY(mutex_);  // by origin
};

}  // namespace salus::mirror
