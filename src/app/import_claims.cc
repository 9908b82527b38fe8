#include "app/import_claims.h"

#include <algorithm>

namespace salus::app {

void ImportClaims::take(Names const& names) {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] {
        return std::ranges::none_of(names, [&](auto const& name) { return taken_.contains(name); });
    });
    taken_.insert(names.begin(), names.end());
}

void ImportClaims::give_back(Names const& names) {
    {
        std::lock_guard const lock(mutex_);
        for (auto const& name : names) taken_.erase(name);
    }
    given_back_.notify_all();
}

}  // namespace salus::app
