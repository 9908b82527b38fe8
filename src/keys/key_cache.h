// Inside the room: keys by name for a bounded time in KeyMemory. The time is absolute from the
// moment a key was unwrapped, never sliding, so a key that was destroyed in the key store or whose
// KMS is gone stops working everywhere within it. Bounded: a full cache forgets its oldest key.
// Thread safety: one thread at a time.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include "foundation/clock.h"
#include "foundation/secret.h"
#include "keys/key_memory.h"

namespace salus::keys {

template <class Name, class Hash = std::hash<Name>>
class KeyCache {
public:
    // Borrows memory and clock. REQUIRES: entries_max > 0.
    KeyCache(KeyMemory& memory, Clock const& clock, std::chrono::nanoseconds life,
             std::size_t entries_max)
        : memory_(memory), clock_(clock), life_(life), entries_max_(entries_max) {}

    [[nodiscard]] std::optional<SecretBytes> find(Name const& name) {
        auto const now = clock_.monotonic();
        forget(now, kFewAtOnce);
        auto const entry = entries_.find(name);
        if (entry == entries_.end() || entry->second.expires <= now) return std::nullopt;
        return entry->second.key.copy();
    }

    // A key that is here already keeps its time. Best effort: without memory it is not kept.
    void insert(Name const& name, SecretBytes const& key) {
        auto const now = clock_.monotonic();
        forget(now, kFewAtOnce);
        auto const present = entries_.find(name);
        if (present != entries_.end() && present->second.expires > now) return;
        if (present != entries_.end()) forget(now, entries_.size());
        if (entries_.size() >= entries_max_) forget_oldest();
        auto slot = memory_.store(key.reveal());
        if (!slot) return;
        auto const expires = now + life_;
        entries_.emplace(name, Entry{.key = *std::move(slot), .expires = expires});
        order_.push_back(name);
    }

    // As insert(), and the key's time begins anew: for a key that was unwrapped anew.
    void renew(Name const& name, SecretBytes const& key) {
        forget(name);
        insert(name, key);
    }
    // For a key that was destroyed: from now on it is in no memory of this cache.
    void forget(Name const& name) {
        if (entries_.erase(name) > 0) std::erase(order_, name);
    }
    // Whether the key is absent, or has no more than this time left.
    [[nodiscard]] bool ends_within(Name const& name, std::chrono::nanoseconds left) const {
        auto const entry = entries_.find(name);
        return entry == entries_.end() || entry->second.expires <= clock_.monotonic() + left;
    }

    void forget_expired() { forget(clock_.monotonic(), entries_.size()); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        KeyMemory::Slot key;
        MonotonicTime expires;
    };
    // So that a call on an event loop does not pay for a whole cache that expired.
    static constexpr std::size_t kFewAtOnce = 8;

    // One life for all, so the order of insertion is the order of expiry.
    void forget(MonotonicTime now, std::size_t count_max) {
        for (std::size_t i = 0; i < count_max && !order_.empty(); ++i) {
            if (entries_.find(order_.front())->second.expires > now) return;
            forget_oldest();
        }
    }
    void forget_oldest() {
        entries_.erase(order_.front());
        order_.pop_front();
    }

    KeyMemory& memory_;
    Clock const& clock_;
    std::chrono::nanoseconds life_;
    std::size_t entries_max_;
    std::unordered_map<Name, Entry, Hash> entries_;
    std::deque<Name> order_;  // each name of entries_ once, oldest first
};

}  // namespace salus::keys
