// What the routes under /admin/keys work with. Borrows all of it; one thread's own.
#pragma once

#include <filesystem>

#include "crypto/random.h"
#include "json/document.h"
#include "keys/dual_control/quorum.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/permit.h"

namespace salus::admin {

// Carries out in the background what takes several durable steps. Any thread.
class KeyExecutor {
public:
    virtual ~KeyExecutor() = default;
    // There is a proposal in the phase `begun`, durably. Returns at once.
    virtual void wake() noexcept = 0;
    // Emergency: durably seals the instance and ends serving, so that every key leaves memory.
    // Destroys nothing. Returns at once.
    virtual void seal() noexcept = 0;
};

struct KeysDesk {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
    std::filesystem::path const& custodians_file;  // empty: the set is not pinned beside the keys
    KeyExecutor* executor = nullptr;               // nullptr: such operations are not offered
    std::chrono::days keep_retired{0};             // rotation.keep_retired_days

    // Realm and tenant, as a proposal names them.
    [[nodiscard]] std::string instance() const {
        return "salus/" + tenant.realm + "/" + tenant.name.text();
    }
    [[nodiscard]] std::int64_t now() const { return to_unix_seconds(clock.now()); }
};

}  // namespace salus::admin
