// For tests: keys at addresses without a network. Included by tests only.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "foundation/thread_annotations.h"
#include "oauth/key_source.h"

namespace salus::testing {

class KeySourceForTest final : public oauth::KeySource {
public:
    // A JWK Set; empty: nobody answers there.
    void set(std::string const& url, std::string keys,
             std::optional<std::chrono::seconds> max_age = std::nullopt) {
        MutexLock const lock(mutex_);
        documents_[url] = {std::move(keys), max_age};
    }
    [[nodiscard]] Result<oauth::KeyDocument> keys_at(std::string const& url) const override {
        ++asked;
        MutexLock const lock(mutex_);
        auto const found = documents_.find(url);
        if (found == documents_.end() || found->second.first.empty())
            return fail(Errc::unavailable, "nobody answers");
        SALUS_TRY(auto keys, jose::KeySet::parse(found->second.first));
        return oauth::KeyDocument{.keys = std::move(keys), .max_age = found->second.second};
    }
    mutable std::atomic<int> asked = 0;

private:
    mutable Mutex mutex_;
    std::map<std::string, std::pair<std::string, std::optional<std::chrono::seconds>>> documents_
        SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::testing
