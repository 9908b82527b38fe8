// Bounds of the authorization server beyond those of every token (limits.h).
#pragma once

#include <chrono>
#include <cstddef>

namespace salus::limits {

using namespace std::chrono_literals;

// A proof of possession (RFC 9449) is made for one request; how old it may be when that arrives.
inline constexpr auto kDpopProofLife = 60s;
// Proofs that are remembered so that none counts twice: some 40 bytes each.
inline constexpr std::size_t kDpopProofsRemembered = 500'000;
// Revocations that event loops can still learn of one by one; beyond, they forget every token.
inline constexpr std::size_t kRevocationsKept = 1'000;

// Clients whose keys a thread keeps checked.
inline constexpr std::size_t kClientsRemembered = 1'000;

}  // namespace salus::limits
