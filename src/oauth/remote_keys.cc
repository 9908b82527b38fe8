#include "oauth/remote_keys.h"

#include "foundation/oauth_limits.h"

namespace salus::oauth {
namespace {

constexpr KeptTimes kTimes{.usual = limits::kRemoteKeysDefault,
                           .shortest = limits::kRemoteKeysShortest,
                           .longest = limits::kRemoteKeysLongest,
                           .life = limits::kRemoteKeysLife,
                           .pause = limits::kRemoteKeysPause};

}  // namespace

RemoteKeys::RemoteKeys(KeySource const& source, Clock const& clock, Log const& log)
    : source_(source),
      clock_(clock),
      log_(log),
      fetchers_(limits::kKeyFetchers, [] { return std::make_unique<Nothing>(); }) {}

// Full: start over rather than grow. Only addresses that are registered come here.
RemoteKeys::EntryPointer RemoteKeys::entry_of(std::string const& url) {
    MutexLock const lock(mutex_);
    if (auto const found = entries_.find(url); found != entries_.end()) return found->second;
    if (entries_.size() >= limits::kClientsRemembered) entries_.clear();
    return entries_.emplace(url, std::make_shared<Entry>(clock_, kTimes)).first->second;
}

RemoteKeys::Found RemoteKeys::find(std::string const& url, HasKey const& has_key) {
    auto look = entry_of(url)->look();
    bool const has = look.value != nullptr && has_key(*look.value);
    return {.keys = std::move(look.value), .outdated = !(look.fresh && has) && look.may_try};
}

Task<bool> RemoteKeys::fetch(std::string url, Executor& home) {
    auto job = [this, &url](Nothing&) { return fetch_now(url); };
    co_return co_await fetchers_.run(job, home);
}

// Whoever comes while another fetches the same waits for it, and finds others than those before.
bool RemoteKeys::fetch_now(std::string const& url) {
    auto const entry = entry_of(url);
    auto const fetch = [&]() -> Result<Entry::Fetched> {
        auto document = source_.keys_at(url);
        // The address is not written down: it is somebody's, and may say more than it should.
        if (!document) {
            log_.write(LogLevel::warning, "oauth.keys_not_fetched",
                       field("error", static_cast<int>(document.error().code)));
            return fail(document.error());
        }
        return Entry::Fetched{std::make_shared<jose::KeySet const>(std::move(document->keys)),
                              document->max_age};
    };
    return entry->get(entry->find(), fetch).has_value();
}

Result<KeySetPointer> KeyWish::keys_at(std::string const& url, RemoteKeys::HasKey const& has_key) {
    auto found = keys_.find(url, has_key);
    if (found.outdated) wanted_ = url;
    if (found.keys == nullptr) return fail(Errc::unavailable, "the client's keys are not there");
    return std::move(found.keys);
}

}  // namespace salus::oauth
