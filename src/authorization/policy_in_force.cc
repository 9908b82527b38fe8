#include "authorization/policy_in_force.h"

#include <memory>
#include <utility>

namespace salus::authorization {

request::DecidingPolicy deciding(Policy policy, std::uint64_t version) {
    auto const hash = policy.hash();
    return {.version = version,
            .hash = hash,
            .rules = std::make_shared<Policy const>(std::move(policy))};
}

request::DecidingPolicy PolicyInForce::current() const {
    MutexLock const lock(mutex_);
    return current_;
}

void PolicyInForce::activate(std::uint64_t version, Policy policy) {
    auto next = deciding(std::move(policy), version);
    MutexLock const lock(mutex_);
    if (version > current_.version) std::swap(current_, next);
}

}  // namespace salus::authorization
