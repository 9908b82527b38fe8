// Bounds of the authorization server beyond those of every token (limits.h).
#pragma once

#include <chrono>
#include <cstddef>

namespace salus::limits {

using namespace std::chrono_literals;

// A proof of possession (RFC 9449) is made for one request; how old it may be when that arrives.
inline constexpr auto kDpopProofLife = 60s;
inline constexpr std::size_t kCertificateNameBytes = 1'024;  // that a client registers
// For how long one nonce is given out; it counts for as long again (RFC 9449 section 8).
inline constexpr auto kDpopNonceStretch = 120s;
// Proofs that are remembered so that none counts twice: some 40 bytes each.
inline constexpr std::size_t kDpopProofsRemembered = 500'000;
// Revocations that event loops can still learn of one by one; beyond, they forget every token.
inline constexpr std::size_t kRevocationsKept = 1'000;

// Declared emergencies whose time is kept by the monotonic clock: some 100 bytes each. For so long
// after their end: longer than the session of any lasts.
inline constexpr std::size_t kEmergenciesRemembered = 20'000;
inline constexpr auto kEmergencyRemembered = 86'400s;

// Clients whose keys a thread keeps checked.
inline constexpr std::size_t kClientsRemembered = 1'000;

// Keys that clients registered the address of.
inline constexpr std::size_t kKeyFetchers = 4;                    // threads
inline constexpr auto kKeyFetchTime = 5s;                         // for one of them, in all
inline constexpr std::chrono::seconds kRemoteKeysShortest = 60s;  // that they count at least
inline constexpr std::chrono::seconds kRemoteKeysDefault = 600s;  // where nothing is said
inline constexpr std::chrono::seconds kRemoteKeysLongest = 86'400s;
inline constexpr auto kRemoteKeysLife = 86'400s;  // when they cannot be fetched anew
inline constexpr auto kRemoteKeysPause = 60s;     // between two attempts

// Of a client's registration.
inline constexpr std::size_t kRedirectUriBytes = 1'024;
inline constexpr std::size_t kRedirectUris = 16;

// The authorization endpoint.
inline constexpr auto kPushedRequestLife = 60s;          // RFC 9126 section 2.2
inline constexpr auto kPendingAuthorizationLife = 900s;  // from the request to the person's answer
inline constexpr auto kAuthorizationCodeLife = 60s;      // RFC 9700 section 2.1.1
inline constexpr std::size_t kAuthorizationParameterBytes = 2'048;  // each of them
inline constexpr auto kIdTokenLife = 300s;
inline constexpr auto kLaunchLife = 300s;  // from the EHR's click to the app's request

// Grants and refresh tokens.
inline constexpr auto kRefreshRetryWindow = 10s;  // the same client may ask again (RF3)
inline constexpr auto kGrantIdle = 30 * 86'400s;
inline constexpr auto kGrantLife = 180 * 86'400s;

// Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0).
inline constexpr auto kLogoutTokenLife = 120s;               // section 2.4 recommends it
inline constexpr auto kLogoutTime = 5s;                      // for one client to answer, in all
inline constexpr std::size_t kLogoutAnswerBytes = 4'096;     // nothing of it is read
inline constexpr std::chrono::seconds kLogoutPauseFirst{1};  // after a failure; then doubled
inline constexpr std::chrono::seconds kLogoutPauseMost{600};
inline constexpr auto kLogoutTrying = 86'400s;  // from the ending until it is given up
inline constexpr std::size_t kLogoutNoticesOfUser = 256;

}  // namespace salus::limits
