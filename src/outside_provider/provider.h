// The outside OpenID provider of an instance (IAM-5): what it publishes, and the codes that
// browsers bring from it, redeemed for whom it says has signed in. Threads of its own wait for the
// provider; a request waits for them as a coroutine and holds no thread.
//
// A request that finds something missing leaves a Wish; whoever runs its desk fulfils it and
// prepares the request again. What a code was worth is kept for a minute under its state, so that a
// request that loses a race at the store can be prepared once more: a code is redeemed once.
// Thread safety: any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "foundation/clock.h"
#include "foundation/kept.h"
#include "foundation/log.h"
#include "foundation/thread_annotations.h"
#include "foundation/worker_pool.h"
#include "outside_provider/id_token.h"
#include "outside_provider/messages.h"
#include "outside_provider/network.h"

namespace salus::outside_provider {

struct Wish {
    std::optional<Redemption> redemption;  // nothing: what the provider says of itself
};

class Provider {
public:
    using MetadataPointer = Kept<Metadata>::Pointer;

    // Borrows all but the settings.
    Provider(Settings settings, Network const& network, Clock const& clock, Log const& log);

    [[nodiscard]] Settings const& settings() const noexcept { return settings_; }
    // nullptr: none that counts. Does not wait.
    [[nodiscard]] MetadataPointer metadata() { return metadata_.find(); }
    // What the code of this state was worth; nothing: it was not redeemed. Does not wait.
    // Errc::unauthenticated: it proves nobody; other errors: the provider does not answer as it
    // should.
    [[nodiscard]] std::optional<Result<Proven>> outcome_of(std::string const& state);
    // False: too many wait already, and nothing was done. Resumes on `home`.
    [[nodiscard]] Task<bool> fulfil(Wish wish, Executor& home);

private:
    using Keys = Kept<jose::KeySet>;
    struct Entry {
        Mutex redeeming;  // held by the thread that redeems; taken before mutex_
        std::optional<Result<Proven>> outcome;
        MonotonicTime made{};
    };
    using EntryPointer = std::shared_ptr<Entry>;  // of the table and of the thread that redeems
    struct Nothing {};                            // a worker here owns nothing

    [[nodiscard]] bool enter();
    void leave();
    [[nodiscard]] EntryPointer entry_of(std::string const& state);
    [[nodiscard]] bool carry_out(Wish const& wish);
    [[nodiscard]] Result<MetadataPointer> current_metadata();
    [[nodiscard]] Result<Keys::Pointer> current_keys(Metadata const& metadata,
                                                     Keys::Pointer const& but_not);
    [[nodiscard]] Result<void> check_issuer(Redemption const& redemption,
                                            Metadata const& metadata) const;
    [[nodiscard]] Result<Proven> redeem(Redemption const& redemption);
    [[nodiscard]] Result<Proven> check(std::string const& token, Metadata const& metadata,
                                       std::string const& nonce);

    Settings settings_;
    Network const& network_;
    Clock const& clock_;
    Log const& log_;
    Kept<Metadata> metadata_;
    Keys keys_;
    Mutex mutex_;
    std::size_t waiting_ SALUS_GUARDED_BY(mutex_) = 0;
    std::unordered_map<std::string, EntryPointer> entries_ SALUS_GUARDED_BY(mutex_);
    WorkerPool<Nothing> workers_;  // last: its threads use what stands above
};

}  // namespace salus::outside_provider
