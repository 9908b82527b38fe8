// The policy that decides a tenant's requests now (AZ-8). It is exchanged whole, while requests are
// served: each request takes the version in force when it begins, and keeps it to its end. Any
// thread.
#pragma once

#include "authorization/policy.h"
#include "foundation/thread_annotations.h"
#include "request/exchange.h"

namespace salus::authorization {

// A policy as requests carry it.
[[nodiscard]] request::DecidingPolicy deciding(Policy policy, std::uint64_t version);

class PolicyInForce {
public:
    // Version 0: the configuration's.
    explicit PolicyInForce(Policy policy, std::uint64_t version = 0)
        : current_(deciding(std::move(policy), version)) {}

    [[nodiscard]] request::DecidingPolicy current() const;
    // For requests that begin from now on. Activations become durable in the order of their
    // numbers, and may come here in another: a version that is not newer is passed over.
    void activate(std::uint64_t version, Policy policy);

private:
    mutable Mutex mutex_;
    request::DecidingPolicy current_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::authorization
