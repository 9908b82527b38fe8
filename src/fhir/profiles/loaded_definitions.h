// The definitions that are in force for one tenant; they may change while requests are served, each
// of which keeps what it began with. Thread safety: any thread.
#pragma once

#include <memory>
#include <mutex>

#include "fhir/profiles/profile.h"

namespace salus::fhir {

class LoadedDefinitions {
public:
    // nullptr: none are loaded. Shared by whoever validates at the moment.
    [[nodiscard]] std::shared_ptr<ProfileSet const> current() const {
        std::lock_guard const lock(mutex_);
        return set_;
    }
    void replace(std::shared_ptr<ProfileSet const> set) {
        std::lock_guard const lock(mutex_);
        set_ = std::move(set);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<ProfileSet const> set_;
};

}  // namespace salus::fhir
