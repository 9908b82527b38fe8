// Bounds of signing in by an outside OpenID provider, as limits.h.
#pragma once

#include <chrono>
#include <cstddef>

namespace salus::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kProviderThreads = 4;   // that wait for the provider
inline constexpr std::size_t kProviderWaiting = 64;  // requests at once; more: 503
inline constexpr auto kProviderTime = 5s;            // of one call, in all
inline constexpr std::size_t kProviderBytes = std::size_t{64} << 10U;  // of one answer
inline constexpr std::chrono::seconds kProviderShortest = 60s;  // that what it publishes counts
inline constexpr std::chrono::seconds kProviderDefault = 600s;  // where nothing is said
inline constexpr std::chrono::seconds kProviderLongest = 86'400s;
inline constexpr auto kProviderLife = 86'400s;  // when it cannot be fetched anew
inline constexpr auto kProviderPause = 10s;     // between two attempts
inline constexpr auto kOutcomeLife = 60s;       // of a redeemed code, until its request is prepared
inline constexpr auto kClientAssertionLife = 60s;
inline constexpr std::size_t kProviderRoleRules = 256;
inline constexpr std::size_t kProviderClaimValues = 1'000;  // of one claim; with more, none counts
inline constexpr std::size_t kProviderScopes = 8;           // asked for beside openid
inline constexpr auto kProviderTokenAge = 600s;             // of an ID token when it comes

}  // namespace salus::limits
