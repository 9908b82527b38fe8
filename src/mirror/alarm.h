// What a mirror raises the alarm for, and the durable record of it. Thread safety: of the record,
// any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "foundation/clock.h"
#include "foundation/file.h"
#include "foundation/log.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"

namespace salus::mirror {

using LogOrigin = TextId<struct LogOriginTag>;  // of a log, as the operator configured it

enum class AlarmKind {
    silence,   // no checkpoint came for too long
    gap,       // a signed checkpoint came, the entries up to it did not
    fork,      // a signed checkpoint or its entries contradict what is here
    rollback,  // a signed checkpoint is older than what is here
    trespass,  // a client sent a log that is another's
    damage,    // what is here is not what was cosigned, or cannot be written
    over       // the log's checkpoints are taken again: no alarm
};
[[nodiscard]] Literal name_of(AlarmKind kind);

struct Alarm {
    AlarmKind kind = AlarmKind::silence;
    LogOrigin origin;
    std::uint64_t size = 0;   // of the tree that was cosigned last
    std::uint64_t given = 0;  // of the tree that somebody wanted cosigned; 0: nobody did
    Literal why;
};

class Alarms {
public:
    virtual ~Alarms() = default;
    virtual void raise(Alarm const& alarm) = 0;
};

// A line of JSON for each alarm, synced; a line of the operational log; and whoever is told beside.
class AlarmRecord final : public Alarms {
public:
    using Tell = std::function<void(Alarm const& alarm)>;
    // Clock and log outlive this. `tell` may be empty. Errc::internal: the file cannot be opened.
    static Result<std::unique_ptr<AlarmRecord>> open(std::filesystem::path const& file,
                                                     Clock const& clock, Log const& log, Tell tell);
    // An alarm that cannot be written to the file is in the operational log all the same.
    void raise(Alarm const& alarm) override;

private:
    AlarmRecord(FileDescriptor file, Clock const& clock, Log const& log, Tell tell)
        : clock_(clock), log_(log), tell_(std::move(tell)), file_(std::move(file)) {}

    Clock const& clock_;
    Log const& log_;
    Tell const tell_;
    Mutex mutex_;
    FileDescriptor file_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::mirror
