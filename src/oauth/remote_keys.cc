#include "oauth/remote_keys.h"

#include <algorithm>

#include "foundation/oauth_limits.h"

namespace salus::oauth {

RemoteKeys::RemoteKeys(KeySource const& source, Clock const& clock, Log const& log)
    : source_(source),
      clock_(clock),
      log_(log),
      fetchers_(limits::kKeyFetchers, [] { return std::make_unique<Nothing>(); }) {}

// Full: start over rather than grow. Only addresses that are registered come here.
RemoteKeys::EntryPointer RemoteKeys::entry_of(std::string const& url) {
    if (auto const found = entries_.find(url); found != entries_.end()) return found->second;
    if (entries_.size() >= limits::kClientsRemembered) entries_.clear();
    return entries_.emplace(url, std::make_shared<Entry>()).first->second;
}

bool RemoteKeys::counts(Entry const& entry, MonotonicTime now) {
    if (entry.keys == nullptr) return false;
    auto const age = now - entry.fetched;
    return age < entry.fresh || (entry.failed && age < limits::kRemoteKeysLife);
}

bool RemoteKeys::may_try(Entry const& entry, MonotonicTime now) {
    return !entry.tried || now - *entry.tried >= limits::kRemoteKeysPause;
}

RemoteKeys::Found RemoteKeys::find(std::string const& url, HasKey const& has_key) {
    MutexLock const lock(mutex_);
    auto const now = clock_.monotonic();
    auto const entry = entry_of(url);
    bool const counted = counts(*entry, now);
    bool const fresh = counted && now - entry->fetched < entry->fresh;
    bool const has = counted && has_key(*entry->keys);
    return {.keys = counted ? entry->keys : nullptr,
            .outdated = !(fresh && has) && may_try(*entry, now)};
}

Task<bool> RemoteKeys::fetch(std::string url, Executor& home) {
    auto job = [this, &url](Nothing&) { return fetch_now(url); };
    co_return co_await fetchers_.run(job, home);
}

// Whoever comes while another fetches the same waits for it, and finds that there is nothing to do.
bool RemoteKeys::fetch_now(std::string const& url) {
    auto const entry = [&] {
        MutexLock const lock(mutex_);
        return entry_of(url);
    }();
    MutexLock const fetching(entry->fetching);
    {
        MutexLock const lock(mutex_);
        auto const now = clock_.monotonic();
        if (!may_try(*entry, now)) return !entry->failed;
        entry->tried = now;
    }
    auto document = source_.keys_at(url);
    // The address is not written down: it is somebody's, and may say more than it should.
    if (!document)
        log_.write(LogLevel::warning, "oauth.keys_not_fetched",
                   field("error", static_cast<int>(document.error().code)));
    MutexLock const lock(mutex_);
    entry->failed = !document.has_value();
    if (!document) return false;
    entry->keys = std::make_shared<jose::KeySet const>(std::move(document->keys));
    entry->fetched = clock_.monotonic();
    entry->fresh = std::clamp(document->max_age.value_or(limits::kRemoteKeysDefault),
                              limits::kRemoteKeysShortest, limits::kRemoteKeysLongest);
    return true;
}

Result<KeySetPointer> KeyWish::keys_at(std::string const& url, RemoteKeys::HasKey const& has_key) {
    auto found = keys_.find(url, has_key);
    if (found.outdated) wanted_ = url;
    if (found.keys == nullptr) return fail(Errc::unavailable, "the client's keys are not there");
    return std::move(found.keys);
}

}  // namespace salus::oauth
