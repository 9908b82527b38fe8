#include "mirror/service.h"

namespace salus::mirror {

Result<std::unique_ptr<Service>> Service::open(Home const& home, Clock const& clock,
                                               Alarms& alarms) {
    std::unique_ptr<Service> service(new Service());
    SALUS_TRY(auto const directories, home.logs());
    MutexLock const lock(service->mutex_);
    for (auto const& directory : directories) {
        SALUS_TRY(auto log, MirroredLog::open(directory, home.key(), clock, alarms));
        auto origin = log.origin().text();
        service->logs_.emplace(std::move(origin), std::move(log));
    }
    return service;
}

Result<EntriesAnswer> Service::add_entries(std::string const& connection, Entries const& entries) {
    MutexLock const lock(mutex_);
    auto const log = logs_.find(entries.origin);
    if (log == logs_.end()) return fail(Errc::not_found, "the log is not known here");
    return log->second.add_entries(connection, entries);
}

Result<EntriesAnswer> Service::keep_entries(RootedEntries const& rooted) {
    MutexLock const lock(mutex_);
    auto const log = logs_.find(rooted.entries.origin);
    if (log == logs_.end()) return fail(Errc::not_found, "the log is not known here");
    return log->second.keep_entries(rooted);
}

Result<CheckpointAnswer> Service::add_checkpoint(std::string const& connection,
                                                 transparency::Continuation const& request) {
    auto const& note = request.checkpoint;
    MutexLock const lock(mutex_);
    auto const log = logs_.find(std::string_view(note).substr(0, note.find('\n')));
    if (log == logs_.end()) return fail(Errc::not_found, "the log is not known here");
    return log->second.add_checkpoint(connection, request);
}

void Service::watch(std::chrono::seconds silence) {
    MutexLock const lock(mutex_);
    for (auto& [origin, log] : logs_) log.watch(silence);
}

std::size_t Service::log_count() const {
    MutexLock const lock(mutex_);
    return logs_.size();
}

}  // namespace salus::mirror
