// The keys of clients that registered an address of them (RFC 7591 `jwks_uri`) instead of the keys
// (CA3): fetched by threads of its own, kept for as long as the address's server says (between a
// minute and a day), fetched anew for a key that is not among them, at most once a minute for each
// address. When the server cannot be reached, the old keys count for a day. IAM-2.
// Thread safety: any thread. A request waits for a fetch as a coroutine and holds no thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "foundation/clock.h"
#include "foundation/kept.h"
#include "foundation/log.h"
#include "foundation/thread_annotations.h"
#include "foundation/worker_pool.h"
#include "oauth/key_source.h"

namespace salus::oauth {

using KeySetPointer = Kept<jose::KeySet>::Pointer;

class RemoteKeys {
public:
    // Borrows all.
    RemoteKeys(KeySource const& source, Clock const& clock, Log const& log);

    struct Found {
        KeySetPointer keys;     // nullptr: none that count
        bool outdated = false;  // a fetch may bring the key that is asked for
    };
    // Whether the key is among these that a request needs.
    using HasKey = std::function<bool(jose::KeySet const&)>;
    // What is known of an address's keys. Does not wait.
    [[nodiscard]] Found find(std::string const& url, HasKey const& has_key);
    // Fetches what find() called outdated. False: none counts now. Resumes on `home`.
    [[nodiscard]] Task<bool> fetch(std::string url, Executor& home);

private:
    using Entry = Kept<jose::KeySet>;
    using EntryPointer = std::shared_ptr<Entry>;  // of the table and of the thread that fetches
    struct Nothing {};                            // a worker here owns nothing

    [[nodiscard]] EntryPointer entry_of(std::string const& url);
    [[nodiscard]] bool fetch_now(std::string const& url);

    KeySource const& source_;
    Clock const& clock_;
    Log const& log_;
    Mutex mutex_;
    std::unordered_map<std::string, EntryPointer> entries_ SALUS_GUARDED_BY(mutex_);
    WorkerPool<Nothing> fetchers_;  // last: its threads use what stands above
};

// What one desk wants of them: a request that finds keys outdated leaves their address here, and
// whoever runs the desk fetches and asks again. Belongs to one thread.
class KeyWish {
public:
    // Borrows it.
    explicit KeyWish(RemoteKeys& keys) : keys_(keys) {}
    // Errc::unavailable: none that count; then and when they are outdated the wish is noted.
    [[nodiscard]] Result<KeySetPointer> keys_at(std::string const& url,
                                                RemoteKeys::HasKey const& has_key);
    // The address that the last request left; empty: none.
    [[nodiscard]] std::string take() { return std::exchange(wanted_, {}); }

private:
    RemoteKeys& keys_;
    std::string wanted_;
};

}  // namespace salus::oauth
