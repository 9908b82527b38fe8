// Every bound in the system, with its unit, and the relations between bounds (invariant 9).
// A room that needs a new bound puts it here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace salus::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// HTTP messages.
inline constexpr std::size_t kRequestLineBytes = 8 * kKiB;
inline constexpr std::size_t kHeaderBytes = 32 * kKiB;  // all header fields of one request
inline constexpr std::size_t kHeaderCount = 100;
inline constexpr std::size_t kBodyBytes = 64 * kMiB;  // a Synthea bundle reaches tens of MB
inline constexpr std::size_t kBodyBytesInFlight = 512 * kMiB;  // all connections together
inline constexpr std::size_t kResponseBytes = 64 * kMiB;

// Connections.
inline constexpr std::size_t kConnections = 10'000;
inline constexpr std::uint32_t kHttp2Streams = 100;
inline constexpr auto kHandshakeTime = 10s;
inline constexpr auto kHeaderTime = 10s;      // first byte to end of headers
inline constexpr auto kBodyIdleTime = 15s;    // between two pieces of a body
inline constexpr auto kBodyTime = 120s;       // a whole body
inline constexpr auto kKeepAliveTime = 75s;   // idle between requests
inline constexpr auto kWriteStallTime = 20s;  // a client that does not read
inline constexpr auto kShutdownTime = 10s;    // graceful shutdown

// JSON documents.
inline constexpr int kJsonDepth = 64;
inline constexpr std::size_t kJsonNodes = 4'000'000;

// FHIR.
inline constexpr std::size_t kResourceBytes = 16 * kMiB;
inline constexpr std::size_t kBundleEntries = 10'000;
inline constexpr std::size_t kPageSize = 50;
inline constexpr std::size_t kPageSizeLargest = 1'000;
inline constexpr std::size_t kSearchParameters = 32;
inline constexpr std::size_t kSearchValues = 64;  // comma-separated alternatives of one parameter
inline constexpr std::size_t kCrossPatientMatches = 100;

// Tokens (RFC 7519) and client assertions (RFC 7523).
inline constexpr std::size_t kTokenBytes = 8 * kKiB;
inline constexpr auto kAccessTokenLife = 300s;
inline constexpr auto kAssertionLifeLongest = 300s;
inline constexpr auto kClockSkew = 10s;
inline constexpr std::size_t kTokenCacheEntries = 100'000;
inline constexpr std::size_t kReplayGuardEntries = 1'000'000;

// Audit log.
inline constexpr std::size_t kAuditLeafBytes =
    65'535;  // C2SP tlog-tiles: an entry's length is a u16
inline constexpr std::size_t kAuditSegmentBytes = 64 * kMiB;
inline constexpr std::size_t kAuditQueueEntries = 100'000;

// Keys.
inline constexpr std::size_t kDataKeyCacheEntries = 100'000;
inline constexpr auto kDataKeyCacheTime = 300s;  // absolute, never sliding

// Store.
inline constexpr std::size_t kCommitBatch = 512;  // requests that share one transaction
inline constexpr std::size_t kStoreQueue = 10'000;

static_assert(kResourceBytes <= kBodyBytes);
static_assert(kPageSize <= kPageSizeLargest);
static_assert(kAuditLeafBytes < kAuditSegmentBytes);
static_assert(kAccessTokenLife <= 1h);
static_assert(kRequestLineBytes <= kHeaderBytes);

}  // namespace salus::limits
