// The definitions that are in force for one tenant; they may change while requests are served, each
// of which keeps what it began with. Thread safety: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "fhir/packages/parameter_reader.h"
#include "fhir/profiles/profile.h"

namespace salus::fhir {

// What the packages of a tenant make together; nothing in it: no packages.
struct DefinitionSet {
    std::shared_ptr<ProfileSet const> profiles;
    LoadedParametersPointer parameters;             // nullptr: none
    std::shared_ptr<ParameterReport const> report;  // what of them is not offered
};

// How far the entries of what was written before are brought up to date: to the loaded parameters,
// and to what the program itself puts into them (app/tenant_indexing.h). For who asks.
// Searches do not depend on it.
struct IndexingProgress {
    std::atomic<bool> under_way{false};
    std::atomic<std::uint64_t> commits_left{0};
};

class LoadedDefinitions {
public:
    // nullptr: none are loaded. Shared by whoever validates at the moment.
    [[nodiscard]] std::shared_ptr<ProfileSet const> current() const {
        std::lock_guard const lock(mutex_);
        return set_.profiles;
    }
    [[nodiscard]] LoadedParametersPointer parameters() const {
        std::lock_guard const lock(mutex_);
        return set_.parameters;
    }
    [[nodiscard]] DefinitionSet set() const {
        std::lock_guard const lock(mutex_);
        return set_;
    }
    // Parameters that mean the same as those in force stay: what was indexed and opened with them
    // still stands.
    void replace(DefinitionSet set) {
        std::lock_guard const lock(mutex_);
        bool const same = set.parameters != nullptr && set_.parameters != nullptr &&
                          set.parameters->digest() == set_.parameters->digest();
        if (same) set.parameters = set_.parameters;
        set_ = std::move(set);
    }
    [[nodiscard]] IndexingProgress& indexing() noexcept { return indexing_; }

private:
    mutable std::mutex mutex_;
    DefinitionSet set_;
    IndexingProgress indexing_;
};

}  // namespace salus::fhir
