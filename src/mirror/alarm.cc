#include "mirror/alarm.h"

#include <fcntl.h>
#include <unistd.h>

namespace salus::mirror {

Literal name_of(AlarmKind kind) {
    switch (kind) {
        case AlarmKind::silence: return "silence";
        case AlarmKind::gap: return "gap";
        case AlarmKind::fork: return "fork";
        case AlarmKind::rollback: return "rollback";
        case AlarmKind::trespass: return "trespass";
        case AlarmKind::damage: return "damage";
        case AlarmKind::over: return "over";
    }
    return {};
}

Result<std::unique_ptr<AlarmRecord>> AlarmRecord::open(std::filesystem::path const& file,
                                                       Clock const& clock, Log const& log,
                                                       Tell tell) {
    FileDescriptor descriptor(
        ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!descriptor.valid()) return fail(Errc::internal, "the record of alarms cannot be opened");
    SALUS_TRY_VOID(sync_directory(file.parent_path()));
    return std::unique_ptr<AlarmRecord>(
        new AlarmRecord(std::move(descriptor), clock, log, std::move(tell)));
}

void AlarmRecord::raise(Alarm const& alarm) {
    auto const kind = name_of(alarm.kind);
    auto const line = R"({"time":")" + to_instant(clock_.now()) + R"(","log":)" +
                      log_detail::encode_text(alarm.origin.text()) + R"(,"alarm":")" +
                      std::string(kind.text()) + R"(","size":)" + std::to_string(alarm.size) +
                      R"(,"given":)" + std::to_string(alarm.given) + R"(,"why":)" +
                      log_detail::encode_text(alarm.why.text()) + "}\n";
    bool written = false;
    {
        MutexLock const lock(mutex_);
        written =
            ::write(file_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
            ::fsync(file_.get()) == 0;
    }
    auto const level = alarm.kind == AlarmKind::over ? LogLevel::info : LogLevel::error;
    log_.write(level, "mirror.alarm", field("alarm", kind), field("log", alarm.origin),
               field("size", alarm.size), field("given", alarm.given), field("why", alarm.why),
               field("recorded", written));
    if (tell_) tell_(alarm);
}

}  // namespace salus::mirror
